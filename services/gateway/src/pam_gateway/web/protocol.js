/** The wire: the HTTP interface, and the pam.v1 WebSocket with its reconnects, positions and acknowledgements. */

import { EventLine } from "./line.js";

const SUBPROTOCOL = "pam.v1";
const SOCKET_TRIES = 3;
const SOCKET_AGAIN_AFTER = 30_000;
const BACK_OFF = [1000, 2000, 4000, 8000];
const WELCOME_WITHIN = 10_000;
const SILENCE_MAX = 8000;
const ACK_WITHIN = 10_000;
const STEADY_AFTER = 5000;
const RENEW_BEFORE = 60_000;

/** Return a UUIDv7: it says when it was made, which spares the gateway a look for older copies of a message. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A request that did not do what it was asked to. `status` 0 means that nobody answered. */
export class Problem extends Error {
  constructor(status, detail, code = "") {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

async function call(method, path, { body, token } = {}) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, "I can't reach PAM right now. Are you online?");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answer);
  return answer;
}

function problemOf(response, answer) {
  const faults = answer?.errors?.map(({ field, message }) => `${field.split(".").at(-1)}: ${message}`);
  const detail = faults?.join(". ") || answer?.detail || "Something went wrong. Please try again.";
  return new Problem(response.status, detail, answer?.code);
}

/** One tab at a time: a refresh token can be used once only. */
function exclusively(work) {
  return navigator.locks ? navigator.locks.request("pam.session", work) : work();
}

/** The HTTP interface on behalf of the member in the store. */
export class Api {
  #store;
  #signedOut;
  #renewing = null;

  constructor(store, signedOut) {
    this.#store = store;
    this.#signedOut = signedOut;
  }

  register(form) {
    return this.#begin("auth/register", form);
  }

  login(form) {
    return this.#begin("auth/login", form);
  }

  async logout() {
    const session = this.#store.session;
    this.#store.session = null;
    const body = { refresh_token: session?.refresh_token };
    if (session) await call("POST", "auth/logout", { body, token: session.access_token }).catch(() => null);
  }

  conversations(cursor) {
    return this.#authorised(`conversations${query({ cursor })}`);
  }

  messages(conversation, cursor) {
    return this.#authorised(`conversations/${conversation}/messages${query({ limit: 50, cursor })}`);
  }

  /** Return an access token that is good for a while yet. */
  async token() {
    const session = this.#store.session;
    return session && Date.now() < session.renew_at ? session.access_token : this.renew(session?.access_token);
  }

  /** In how many milliseconds a new token is due. */
  get renewalDue() {
    return Math.max(5000, (this.#store.session?.renew_at ?? 0) - Date.now());
  }

  /** Return a token newer than `stale`. Where the session is over, the member is signed out. */
  renew(stale = this.#store.session?.access_token) {
    this.#renewing ??= exclusively(() => this.#rotate(stale)).finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #rotate(stale) {
    const session = this.#store.session;
    if (!session) throw new Problem(401, "Please sign in again.");
    if (session.access_token !== stale) return session.access_token;
    try {
      return await this.#begin("auth/refresh", { refresh_token: session.refresh_token });
    } catch (problem) {
      if ([400, 401, 403, 422].includes(problem.status)) this.#signedOut();
      throw problem;
    }
  }

  async #begin(path, body) {
    const { access_token, refresh_token, expires_in, user } = await call("POST", path, { body });
    const life = expires_in * 1000;
    const renew_at = Date.now() + life - Math.min(RENEW_BEFORE, life / 2);
    this.#store.session = { access_token, refresh_token, renew_at, user: user ?? this.#store.session?.user };
    return access_token;
  }

  async #authorised(path) {
    const token = await this.token();
    try {
      return await call("GET", path, { token });
    } catch (problem) {
      if (problem.status !== 401) throw problem;
      return call("GET", path, { token: await this.renew(token) });
    }
  }
}

function query(fields) {
  const given = Object.entries(fields).filter(([, value]) => value);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** Tell what to do after a close: `now`, `later`, `renew` the token first, or `stop` until the member asks. */
export function afterClose(code) {
  if ([4401, 4403, 4614].includes(code)) return "renew";
  if (code >= 4400 && code < 4500) return "stop";
  return code >= 4600 && code < 4700 ? "now" : "later";
}

/** Tell how an event at `next` relates to the `last` one applied: the `next` one, an `old` one, or behind a `gap`. */
export function follows(last, next) {
  if (!last) return "next";
  const same = next.epoch === last.epoch;
  if (next.epoch < last.epoch || (same && next.sequence <= last.sequence)) return "old";
  return next.sequence === (same ? last.sequence + 1 : 1) ? "next" : "gap";
}

function jittered(delay) {
  return delay * (0.75 + Math.random() / 2);
}

/**
 * A connection that comes back by itself, over plain HTTP where a socket has failed three times.
 *
 * `on` is told `state(name, code)` with connecting, open, reconnecting or stopped, and the frames:
 * `welcome`, `opened(frame, resumed)`, `acked(id)`, `refused(id, message)`, `event`, `snapshot`, `trouble`.
 */
export class Connection {
  #url;
  #api;
  #outbox;
  #on;
  #socket = null;
  #token = null;
  #phase = "idle";
  #attempts = 0;
  #failures = 0;
  #renewed = false;
  #welcomedAt = 0;
  #watched = null;
  #awaited = null;
  #timers = new Map();

  constructor({ user, api, outbox, on }) {
    this.#url = `${location.origin.replace(/^http/, "ws")}/ws/chat/${user}`;
    this.#api = api;
    this.#outbox = outbox;
    this.#on = on;
  }

  start() {
    this.#connect("connecting");
  }

  stop() {
    this.#release();
    this.#phase = "stopped";
  }

  /** Try now instead of after the delay, or find out whether the other side is still there. */
  wake() {
    this.#failures = 0;
    if (this.#phase === "waiting") this.#connect("reconnecting");
    else if (this.#phase === "open") this.#ping();
  }

  /** The member asks to try once more after the server has said to stop. */
  retry() {
    this.#renewed = false;
    if (this.#phase === "stopped") this.#connect("reconnecting");
  }

  /** The network is gone: do not wait for the socket to notice. */
  cut() {
    if (this.#phase === "open" || this.#phase === "connecting") this.#lost(1006);
  }

  /** Follow a conversation, and no other, live from now. */
  watch(conversation) {
    if (this.#watched) this.#put({ type: "close", conversation: this.#watched.conversation });
    this.#watched = { conversation, last: null, reopening: false, gap: null };
    this.#open();
  }

  /** Put a message on its way; it stays in the outbox until it is acknowledged. */
  send(message) {
    this.#outbox.add(message);
    this.#pump();
  }

  /** Want no more of the answer to a message. */
  cancel(conversation, id) {
    this.#put({ type: "cancel", conversation, id });
  }

  async #connect(state) {
    this.#clear("retry");
    this.#phase = "connecting";
    this.#on.state(state);
    try {
      const token = await this.#api.token();
      if (this.#phase === "connecting") this.#dial(token);
    } catch {
      if (this.#phase === "connecting") this.#later();
    }
  }

  #dial(token) {
    this.#token = token;
    const socket = this.#failures < SOCKET_TRIES ? new WebSocket(this.#url, SUBPROTOCOL) : new EventLine();
    this.#socket = socket;
    this.#welcomedAt = 0;
    this.#after("welcome", WELCOME_WITHIN, () => this.#lost(1006));
    socket.onopen = () => this.#put({ type: "hello", token, client: "web" });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#received(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && !this.#timers.has("drain") && this.#lost(code);
  }

  #lost(code) {
    const steady = this.#welcomedAt && Date.now() - this.#welcomedAt > STEADY_AFTER;
    const next = afterClose(code);
    if (!this.#welcomedAt && next === "later") this.#failures = this.#onLine ? SOCKET_TRIES - 1 : this.#failures + 1;
    this.#release();
    if (steady) this.#attempts = 0;
    if (next === "stop") this.#halt(code);
    else if (next === "renew") this.#renewThenConnect(code);
    else if (next === "now" && !this.#attempts++) this.#connect("reconnecting");
    else this.#later();
  }

  get #onLine() {
    return this.#socket instanceof EventLine;
  }

  /** Look whether sockets get through again; if so, come back over one. */
  #probe() {
    this.#after("probe", SOCKET_AGAIN_AFTER, () => {
      const probe = new WebSocket(this.#url, SUBPROTOCOL);
      probe.onclose = () => this.#onLine && this.#probe();
      probe.onopen = () => {
        probe.close();
        this.#failures = this.#attempts = 0;
        if (this.#onLine) this.#lost(4601);
      };
    });
  }

  #halt(code) {
    this.#phase = "stopped";
    this.#on.state("stopped", code);
  }

  async #renewThenConnect(code) {
    if (this.#renewed) return this.#halt(code);
    this.#phase = "connecting";
    const token = await this.#api.renew(this.#token).catch(() => null);
    if (this.#phase !== "connecting") return;
    this.#renewed = Boolean(token);
    if (token) this.#connect("reconnecting");
    else this.#later();
  }

  #later() {
    this.#phase = "waiting";
    this.#on.state("reconnecting");
    const delay = BACK_OFF[Math.min(this.#attempts++, BACK_OFF.length - 1)];
    this.#after("retry", jittered(delay), () => this.#connect("reconnecting"));
  }

  #release() {
    const socket = this.#socket;
    this.#socket = null;
    this.#awaited = null;
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    socket?.close();
  }

  #received(frame) {
    this.#clear("silence");
    const handle = {
      welcome: () => this.#welcomed(frame),
      opened: () => this.#opened(frame),
      ack: () => this.#acked(frame),
      event: () => this.#event(frame),
      snapshot: () => this.#snapshot(frame),
      error: () => this.#refused(frame),
      drain: () => this.#drained(frame),
    }[frame.type];
    handle?.();
  }

  #welcomed(frame) {
    this.#clear("welcome");
    if (this.#phase === "open") return;
    this.#phase = "open";
    this.#renewed = false;
    this.#welcomedAt = Date.now();
    if (this.#onLine) this.#probe();
    else this.#failures = 0;
    this.#on.state("open");
    this.#on.welcome(frame);
    this.#beat(frame.ping_interval * 1000);
    this.#keepToken(this.#token);
    this.#open();
    this.#pump();
  }

  /** This gateway goes away: come back when it is our turn, not all at once. */
  #drained(frame) {
    this.#after("drain", Math.random() * frame.after_ms, () => {
      this.#attempts = 0;
      this.#lost(4601);
    });
  }

  #beat(interval) {
    this.#after("beat", interval, () => {
      this.#ping();
      this.#beat(interval);
    });
  }

  #ping() {
    this.#put({ type: "ping" });
    this.#after("silence", SILENCE_MAX, () => this.#lost(1006));
  }

  /** Hand the server a new token before the old one ends. */
  #keepToken(used) {
    this.#after("token", this.#api.renewalDue, async () => {
      const token = await this.#api.renew(used).catch(() => used);
      if (this.#phase !== "open") return;
      if (token !== used) this.#put({ type: "refresh", token });
      this.#keepToken(token);
    });
  }

  #open() {
    const watched = this.#watched;
    if (!watched) return;
    watched.reopening = true;
    this.#put({ type: "open", conversation: watched.conversation, ...(watched.last && { position: watched.last }) });
  }

  #opened(frame) {
    if (frame.conversation !== this.#watched?.conversation) return;
    const resumed = Boolean(this.#watched.last);
    this.#watched.reopening = false;
    this.#watched.last ??= frame.position ?? null;
    this.#on.opened(frame, resumed);
  }

  #event(frame) {
    const watched = this.#watched;
    if (frame.conversation !== watched?.conversation) return;
    const place = { epoch: frame.epoch, sequence: frame.sequence };
    const order = follows(watched.last, place);
    if (order === "gap") this.#missed(watched);
    if (order !== "next") return;
    watched.last = place;
    watched.gap = null;
    this.#on.event(frame);
  }

  /** Something is missing: ask for it, once; if the server cannot fill the gap, begin from what is on record. */
  #missed(watched) {
    if (watched.reopening) return;
    if (watched.gap === watched.last) watched.last = null;
    watched.gap = watched.last;
    this.#open();
  }

  #snapshot(frame) {
    if (frame.conversation !== this.#watched?.conversation) return;
    this.#watched.last = frame.position ?? null;
    this.#on.snapshot(frame);
  }

  #refused(frame) {
    const known = frame.id && frame.id === this.#awaited;
    if (!known) return this.#on.trouble(frame);
    if (frame.temporary) return this.#after("ack", (frame.retry_after ?? 1) * 1000, () => this.#repeat());
    if (this.#settle(frame.id)) this.#on.refused(frame.id, frame.message);
  }

  /** Send the oldest message; the next one follows its acknowledgement, so that order is kept whatever happens. */
  #pump() {
    const message = this.#outbox.messages[0];
    if (this.#phase !== "open" || this.#awaited || !message) return;
    this.#awaited = message.id;
    this.#put({ type: "send", ...message });
    this.#after("ack", ACK_WITHIN, () => this.#repeat());
  }

  #acked(frame) {
    this.#settle(frame.id);
    this.#on.acked(frame.id);
  }

  #repeat() {
    this.#awaited = null;
    this.#pump();
  }

  #settle(id) {
    const message = this.#outbox.take(id);
    if (id === this.#awaited) {
      this.#clear("ack");
      this.#repeat();
    }
    return message;
  }

  #put(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #after(name, delay, act) {
    this.#clear(name);
    const run = () => {
      this.#timers.delete(name);
      act();
    };
    this.#timers.set(name, setTimeout(run, delay));
  }

  #clear(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
