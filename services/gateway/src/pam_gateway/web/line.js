/** A socket's stand-in where WebSockets do not get through: server-sent events one way, requests the other. */

const QUIET_MAX = 20_000;

/** Behaves as a WebSocket of the protocol does: frames in by `send`, frames out by `onmessage`, an end by `onclose`. */
export class EventLine {
  readyState = WebSocket.OPEN;
  onopen = null;
  onmessage = null;
  onclose = null;
  #token = null;
  #following = null;
  #heardAt = Date.now();

  constructor() {
    setTimeout(() => this.onopen?.());
  }

  send(text) {
    const frame = JSON.parse(text);
    const act = {
      hello: () => this.#greet(frame),
      refresh: () => (this.#token = frame.token),
      open: () => this.#follow(frame),
      close: () => this.#following?.abort(),
      send: () => this.#post(frame, "messages", ({ duplicate }) => ({ type: "ack", id: frame.id, duplicate })),
      cancel: () => this.#post(frame, "cancel", () => null),
      ping: () => Date.now() - this.#heardAt < QUIET_MAX && this.#tell({ type: "pong" }),
    }[frame.type];
    act?.();
  }

  close() {
    this.readyState = WebSocket.CLOSED;
    this.#following?.abort();
  }

  async #greet({ token }) {
    this.#token = token;
    const response = await this.#ask("GET", "conversations?limit=1");
    if (response?.ok) this.#tell({ type: "welcome", ping_interval: 25 });
    else this.#end(response?.status === 401 ? 4401 : 1006);
  }

  async #post({ type, conversation, ...body }, what, answer) {
    const response = await this.#ask("POST", `conversations/${conversation}/${what}`, { body: JSON.stringify(body) });
    const told = await response?.json().catch(() => null);
    if (!told) return this.#end(1006);
    this.#tell(response.ok ? answer(told) : refusal(response, told, body.id));
  }

  async #follow({ conversation, position }) {
    this.#following?.abort();
    const following = (this.#following = new AbortController());
    const headers = position ? { "Last-Event-ID": `${position.epoch}:${position.sequence}` } : {};
    const response = await this.#ask("GET", `conversations/${conversation}/events`, {
      headers,
      signal: following.signal,
    });
    if (response?.ok) await this.#read(response.body.pipeThrough(new TextDecoderStream()).getReader()).catch(() => null);
    if (!following.signal.aborted) this.#end(response?.status === 401 ? 4401 : 1006);
  }

  async #read(reader) {
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      this.#heardAt = Date.now();
      const blocks = (text + part.value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) this.#take(block.match(/^data: (.*)$/m)?.[1]);
    }
  }

  #take(data) {
    const frame = data && JSON.parse(data);
    if (frame?.type === "close") this.#end(frame.code);
    else this.#tell(frame);
  }

  #ask(method, path, { headers, ...more } = {}) {
    const all = { Authorization: `Bearer ${this.#token}`, ...headers };
    if (more.body) all["Content-Type"] = "application/json";
    return fetch(`/api/v1/${path}`, { method, headers: all, cache: "no-store", ...more }).catch(() => null);
  }

  #tell(frame) {
    if (frame && this.readyState === WebSocket.OPEN) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  #end(code) {
    if (this.readyState !== WebSocket.OPEN) return;
    this.close();
    this.onclose?.({ code });
  }
}

function refusal(response, { code, category, detail }, id) {
  const retry_after = Number(response.headers.get("Retry-After")) || undefined;
  return { type: "error", id, code, category, message: detail, retry_after, temporary: retry_after !== undefined };
}
