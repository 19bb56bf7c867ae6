/** What the member sees. Text becomes text nodes, never markup. */

export const byId = (id) => document.getElementById(id);
const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);
const STICKY_WITHIN = 120;
const TEXT_MAX = 10_000;
const ANNOUNCED_FOR = 3000;
let announcing;

function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** Show an element with this text, or hide it where there is none. */
function tell(element, text, holder = element) {
  element.textContent = text ?? "";
  holder.hidden = !text;
}

/* Words */

const LINES = [
  { kind: "ul", pattern: /^\s*[-*•]\s+(.*)$/ },
  { kind: "ol", pattern: /^\s*(?:\d+)[.)]\s+(.*)$/ },
  { kind: "h", pattern: /^#{1,6}\s+(.*)$/ },
  { kind: "p", pattern: /^(.*\S.*)$/ },
];

/** Return text as nodes: paragraphs, lists, line breaks and bold; everything else as it was written. */
export function prose(text) {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocks(text).map(block));
  return fragment;
}

function blocks(text) {
  const found = [];
  let open = null;
  for (const line of text.split("\n")) {
    const { kind, words } = lineOf(line);
    if (open?.kind !== kind) found.push((open = { kind, lines: [], first: parseInt(line, 10) }));
    open.lines.push(words);
  }
  return found.filter(({ kind }) => kind);
}

function lineOf(line) {
  for (const { kind, pattern } of LINES) {
    const match = line.match(pattern);
    if (match) return { kind, words: match[1] };
  }
  return { kind: null, words: "" };
}

function block({ kind, lines, first }) {
  if (kind === "p") return paragraph(lines);
  if (kind === "h") return paragraph(lines.map((line) => `**${line.replaceAll("**", "")}**`));
  const list = make(kind);
  if (kind === "ol") list.start = first;
  list.append(...lines.map((line) => withBold(make("li"), line)));
  return list;
}

function paragraph(lines) {
  const element = make("p");
  lines.forEach((line, index) => {
    if (index) element.append(make("br"));
    withBold(element, line);
  });
  return element;
}

function withBold(element, line) {
  for (const part of line.split(/(\*\*[^*]+\*\*)/)) {
    if (!part) continue;
    element.append(/^\*\*[^*]+\*\*$/.test(part) ? make("strong", part.slice(2, -2)) : part);
  }
  return element;
}

/** Return a name from code as words: `create_expense` is "Create expense". */
function plainName(name) {
  const words = name.replaceAll(/[_.-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function plainValue(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(plainValue).join(", ");
  if (value && typeof value === "object") return plainPairs(value).map((pair) => pair.join(" ")).join(", ");
  return /^[a-z]+(_[a-z]+)+$/.test(value) ? value.replaceAll("_", " ") : String(value);
}

function plainPairs(values) {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => [plainName(key), plainValue(value)]);
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function clock(iso) {
  const time = new Date(iso);
  const today = time.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return time.toLocaleString(undefined, { hour: "numeric", minute: "2-digit", ...day });
}

/** Name a source with its age; the member's own records are as old as the answer. */
function cited({ name, kind, as_of, sample }) {
  if (sample) return `${name}, sample figures`;
  return kind === "records" ? name : `${name}, ${clock(as_of)}`;
}

/* A tool at work */

const TOOL_STATES = { running: "Working…", done: "Done", failed: "Didn't work" };
const TOOL_OUTCOMES = { no_results: "Nothing found", unavailable: "Not available now" };

class ToolCard {
  element = fromTemplate("tool-template");
  #arguments = "";

  constructor(name) {
    this.#part("name").textContent = plainName(name);
    this.element.setAttribute("aria-label", plainName(name));
    this.#state("running");
  }

  addArguments(delta) {
    this.#arguments += delta;
  }

  showArguments() {
    const pairs = plainPairs(parsed(this.#arguments) ?? {});
    this.#arguments = "";
    this.#part("arguments").replaceChildren(
      ...pairs.map(([name, value]) => {
        const pair = make("div");
        pair.append(make("dt", name), make("dd", value));
        return pair;
      }),
    );
  }

  /** Show a tool's reply: its outcome, its sentence, and where its figures come from. */
  finish({ outcome, message, sources = [], stale }) {
    this.#state(["ok", "no_results"].includes(outcome) ? "done" : "failed", TOOL_OUTCOMES[outcome]);
    tell(this.#part("message"), message);
    tell(this.#part("source"), [...sources.map(cited), ...(stale ? ["not the latest"] : [])].join(" · "));
  }

  /** The member has to allow it first. */
  wait() {
    this.#state("waiting", "Waits for you");
  }

  /** The turn is over; what still runs is not shown as running. */
  giveUp() {
    if (this.element.dataset.state === "running") this.#state("failed", "No answer");
  }

  #state(state, words = TOOL_STATES[state]) {
    this.element.dataset.state = state;
    this.#part("state").textContent = words;
  }

  #part(name) {
    return this.element.querySelector(`.tool-${name}`);
  }
}

/** Say that a turn was stopped, and what it has done all the same. */
export function stopped({ done = [], not_done = [] } = {}) {
  const told = [["Done", done], ["Not done", not_done]].filter(([, names]) => names.length);
  return ["Stopped.", ...told.map(([words, names]) => `${words}: ${names.map(plainName).join(", ")}.`)].join(" ");
}

/* One question and all that answers it */

class Exchange {
  element = fromTemplate("exchange-template");
  settled = false;
  #blocks = this.element.querySelector(".blocks");
  #quiet = this.element.querySelector(".quiet");
  #aside = this.element.querySelector(".aside");
  #asked = null;
  #tools = new Map();
  #segments = [];

  get question() {
    return this.#asked?.querySelector(".words").textContent ?? "";
  }

  get waiting() {
    return this.#asked?.dataset.state === "waiting";
  }

  get text() {
    return this.#segments.map(({ text }) => text).join("\n\n");
  }

  ask(text, createdAt) {
    this.#asked ??= fromTemplate("asked-template");
    this.#asked.querySelector(".words").textContent = text;
    this.#asked.querySelector("time").dateTime = createdAt;
    this.#asked.querySelector("time").textContent = clock(createdAt);
    this.#blocks.prepend(this.#asked);
  }

  /** Mark the question: `waiting`, `refused` with a reason and a way on, or nothing when it has arrived. */
  mark(state, words = "", button = null) {
    if (!this.#asked) return;
    this.#asked.dataset.state = state;
    const label = this.#asked.querySelector(".state");
    label.textContent = words;
    if (button) label.append(" ", button);
  }

  quiet(text) {
    tell(this.#quiet.querySelector("span"), text, this.#quiet);
  }

  /** Say something small behind the answer. */
  note(text) {
    tell(this.#aside, [this.#aside.textContent, text].filter(Boolean).join(" · "));
  }

  /** Say where the answer comes from. */
  cite(sources) {
    this.note(sources.map(cited).join(" · "));
  }

  /** Show that PAM is on it, without a word. */
  drive() {
    this.quiet("");
    this.#quiet.hidden = false;
  }

  /** Append streamed text; after a tool it begins a new piece. */
  say(delta) {
    this.#quiet.hidden = true;
    let segment = this.#segments.at(-1);
    if (!segment || segment.element !== this.#blocks.lastElementChild) segment = this.#newSegment();
    segment.text += delta;
    segment.element.querySelector(".words").replaceChildren(prose(segment.text));
  }

  #newSegment() {
    const segment = { element: fromTemplate("answer-template"), text: "" };
    this.#segments.push(segment);
    this.#blocks.append(segment.element);
    return segment;
  }

  dropText() {
    for (const { element } of this.#segments) element.remove();
    this.#segments = [];
    this.quiet("");
    tell(this.#aside, "");
  }

  /** Put the answer on record in place of whatever was streamed. */
  settle(text, tools = [], error = null, approvals = [], sources = []) {
    const streamed = this.#tools.size > 0;
    if (!streamed) tools.forEach(({ name, outcome }, index) => this.tool(`${index}`, name).finish({ outcome }));
    if (this.text !== text) {
      this.dropText();
      if (text) this.say(text);
    }
    if (error?.message && error.message !== text) this.trouble(error.message);
    this.askFirst(approvals);
    if (this.#aside.hidden) this.cite(sources);
    this.finish();
  }

  tool(id, name) {
    const known = this.#tools.get(id);
    if (known || !name) return known;
    const card = new ToolCard(name);
    this.#tools.set(id, card);
    this.#blocks.append(card.element);
    return card;
  }

  trouble(message, retry = null) {
    this.#blocks.querySelector(".trouble")?.remove();
    const line = fromTemplate("trouble-template");
    line.querySelector("span").textContent = message;
    if (retry) line.querySelector("button").onclick = retry;
    else line.querySelector("button").remove();
    this.#blocks.append(line);
  }

  /** Offer yes and no to each call that waits for the member, as long as it can be allowed. */
  askFirst(approvals = []) {
    for (const { id, toolCallId, expiresAt } of approvals) {
      this.#tools.get(toolCallId)?.wait();
      const left = new Date(expiresAt) - Date.now();
      if (left <= 0) continue;
      const line = fromTemplate("approval-template");
      line.onclick = ({ target: { dataset } }) => {
        if (!dataset.decision) return;
        line.remove();
        this.element.dispatchEvent(new CustomEvent("decide", { bubbles: true, detail: { approval: id, decision: dataset.decision } }));
      };
      setTimeout(() => line.remove(), left);
      this.#blocks.append(line);
    }
  }

  finish() {
    this.settled = true;
    this.quiet("");
    for (const card of this.#tools.values()) card.giveUp();
  }
}

/** The conversation on show: exchanges by turn, in the order they were begun. */
export class Thread {
  #box = byId("thread");
  #list = byId("exchanges");
  #exchanges = new Map();

  clear() {
    this.#exchanges.clear();
    this.#list.replaceChildren();
    byId("earlier").hidden = byId("welcome").hidden = true;
  }

  get empty() {
    return this.#exchanges.size === 0;
  }

  /** Greet, where nothing has been said. */
  welcome(name) {
    byId("welcome-title").textContent = `${name ? `Hello, ${name}. ` : ""}Where has the road taken you?`;
    byId("welcome").hidden = !this.empty;
  }

  /** Whether a question that was sent has no answer yet. */
  get unanswered() {
    return [...this.#exchanges.values()].some(({ settled, waiting }) => !settled && !waiting);
  }

  /** Whether both what was said and what was answered in this turn are on show. */
  complete(turn) {
    const exchange = this.#exchanges.get(turn);
    return Boolean(exchange?.settled && exchange.question);
  }

  /** What was said first. */
  get opening() {
    return [...this.#exchanges.values()].find(({ question }) => question)?.question;
  }

  has(turn) {
    return this.#exchanges.has(turn);
  }

  /** Return the exchange of a turn; a new one stands at the end, or behind the element `after`. */
  of(turn, after = this.#list.lastElementChild) {
    const known = this.#exchanges.get(turn);
    if (known) return known;
    const exchange = new Exchange();
    this.#exchanges.set(turn, exchange);
    if (after) after.after(exchange.element);
    else this.#list.prepend(exchange.element);
    byId("welcome").hidden = true;
    return exchange;
  }

  /** Change something, and keep the end in sight if it was. */
  change(act) {
    const near = this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < STICKY_WITHIN;
    act();
    if (near) this.toEnd();
  }

  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** Take recorded messages in, in their order; what is there already stays where it is. */
  record(messages, { cursor, last = this.#place(messages) } = {}) {
    for (const message of messages) {
      const exchange = this.of(turnOf(message), last);
      last = exchange.element;
      if (message.role === "user") exchange.ask(message.content, message.created_at);
      else if (!exchange.settled) settle(exchange, message);
    }
    if (cursor !== undefined) byId("earlier").hidden = !cursor;
  }

  /** Put an earlier page above what is on show, which does not move. */
  recordEarlier(messages, cursor) {
    const fromEnd = this.#box.scrollHeight - this.#box.scrollTop;
    this.record(messages, { cursor: cursor ?? null, last: null });
    this.#box.scrollTop = this.#box.scrollHeight - fromEnd;
  }

  /** Return the element that messages belong behind: before the first one known, else at the end. */
  #place(messages) {
    const known = messages.map(turnOf).find((turn) => this.has(turn));
    return known ? this.of(known).element.previousElementSibling : this.#list.lastElementChild;
  }
}

function turnOf({ id, role, metadata }) {
  return role === "assistant" ? (metadata?.turn ?? id) : id;
}

/** An approval as it is on record, named as it is when it is live. */
const waiting = ({ id, tool_use_id, expires_at }) => ({ id, toolCallId: tool_use_id, expiresAt: expires_at });

function settle(exchange, { content, metadata = {} }) {
  const cancelled = metadata.status === "cancelled" ? { message: "Stopped." } : null;
  const { tools, sources, approvals = [] } = metadata;
  exchange.settle(content, tools, metadata.error ?? cancelled, approvals.map(waiting), sources);
}

/* Around the conversation */

/** The list of conversations; on phones a drawer. */
export class Panel {
  #panel = byId("panel");
  #open = byId("panel-open");
  #phone = matchMedia("(max-width: 47.99rem)");
  #choose;

  constructor(choose) {
    this.#choose = choose;
    this.#open.onclick = () => this.#draw(true);
    byId("panel-close").onclick = byId("veil").onclick = () => this.close();
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
    this.#phone.onchange = () => this.#draw(false);
    this.#draw(false);
  }

  close() {
    if (!this.#panel.classList.contains("is-open")) return;
    this.#draw(false);
    this.#open.focus();
  }

  #draw(open) {
    this.#panel.classList.toggle("is-open", open);
    this.#panel.inert = this.#phone.matches && !open;
    byId("veil").hidden = !open;
    byId("chat").inert = open;
    this.#open.setAttribute("aria-expanded", String(open));
    if (open) byId("panel-close").focus();
  }

  show(conversations, current, more) {
    byId("conversation-list").replaceChildren(...conversations.map((item) => this.#row(item, item.id === current)));
    byId("more-conversations").hidden = !more;
  }

  #row({ id, title }, current) {
    const button = make("button", title || "Conversation", "conversation");
    button.type = "button";
    button.onclick = () => this.#choose(id);
    if (current) button.setAttribute("aria-current", "page");
    const row = make("li");
    row.append(button);
    return row;
  }
}

/** The box the member writes in. */
export class Composer {
  #text = byId("composer-text");
  #send;

  constructor(send) {
    this.#send = send;
    this.#text.oninput = () => this.#weigh();
    this.#text.onkeydown = (event) => this.#key(event);
    byId("composer").onsubmit = (event) => this.#submit(event);
  }

  put(text) {
    this.#text.value = text;
    this.#weigh();
    this.#text.focus();
  }

  focus() {
    if (matchMedia("(pointer: fine)").matches) this.#text.focus();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text || this.#over() > 0) return;
    this.put("");
    this.#send(text);
  }

  #over() {
    return [...this.#text.value.trim()].length - TEXT_MAX;
  }

  #weigh() {
    const over = this.#over();
    tell(byId("composer-limit"), over > 0 ? `${over.toLocaleString()} characters too many.` : "");
    byId("send").disabled = over > 0 || !this.#text.value.trim();
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}

/** The gate: create an account, or sign in. */
export class Gate {
  #form = byId("sign-in-form");
  #register = byId("sign-up-button");
  #login = byId("sign-in-button");
  #mode = "sign-up";
  #act;

  constructor(act) {
    this.#act = act;
    this.#register.onclick = () => this.#pressed("sign-up");
    this.#login.onclick = () => this.#pressed("sign-in");
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#go(this.#mode);
    };
  }

  show(known, error = "") {
    byId("app").hidden = true;
    byId("sign-in").hidden = false;
    this.#form.reset();
    this.#set(known ? "sign-in" : "sign-up");
    this.fail(error);
    this.#busy(false);
    const { name: newcomer, email } = this.#form.elements;
    if (matchMedia("(pointer: fine)").matches) (known ? email : newcomer).focus();
  }

  fail(message) {
    tell(byId("sign-in-error"), message);
  }

  /** The main button acts; the other one changes the form, or signs in at once where all is filled in. */
  #pressed(mode) {
    const ready = mode === "sign-in" && this.#form.email.value && this.#form.password.value;
    if (mode === this.#mode || ready) this.#go(mode);
    else this.#set(mode);
  }

  #set(mode) {
    this.#mode = mode;
    this.fail("");
    const joining = mode === "sign-up";
    this.#form.dataset.mode = mode;
    this.#form.querySelector("[data-only=sign-up]").hidden = !joining;
    this.#form.querySelector(".gate-or").textContent = joining ? "Been here before?" : "New here?";
    this.#form.password.minLength = joining ? 8 : 0;
    this.#form.password.autocomplete = joining ? "new-password" : "current-password";
    this.#register.className = joining ? "main-button" : "quiet-button";
    this.#login.className = joining ? "quiet-button" : "main-button";
  }

  async #go(mode) {
    if (!this.#form.reportValidity()) return;
    this.fail("");
    this.#busy(true);
    const { name, email, password } = Object.fromEntries(new FormData(this.#form));
    const named = mode === "sign-up" && name.trim() ? { name: name.trim() } : {};
    try {
      await this.#act(mode, { email: email.trim(), password, ...named });
    } catch (problem) {
      this.fail(problem.message);
    } finally {
      this.#busy(false);
    }
  }

  #busy(busy) {
    this.#register.disabled = this.#login.disabled = busy;
  }
}

const STOPPED = {
  4409: "PAM is open in too many places. Close one, then try again.",
  4400: "Something went wrong on this page. Reload it, or try again.",
};

export function showConnection(state, code) {
  const box = byId("connection");
  box.dataset.state = state;
  box.hidden = state === "open" || state === "connecting";
  byId("reconnect").hidden = state !== "stopped";
  const words = state === "stopped" ? (STOPPED[code] ?? "PAM has closed the line.") : "Reconnecting…";
  byId("connection-text").textContent = box.hidden ? "" : words;
}

export const showStop = (running) => (byId("stop").hidden = !running);
export const showBanner = (text) => tell(byId("banner"), text);
export const showNotice = (text) => tell(byId("notice-text"), text, byId("notice"));
export const showTitle = (text) => (byId("title").textContent = text);

/** Have a screen reader say something, once; who reads the page later meets it in its place only. */
export function announce(text) {
  const announcer = byId("announcer");
  announcer.textContent = text.replaceAll("**", "");
  clearTimeout(announcing);
  announcing = setTimeout(() => announcer.replaceChildren(), ANNOUNCED_FOR);
}

export function showApp(user) {
  byId("sign-in").hidden = true;
  byId("app").hidden = false;
  byId("member").textContent = user.name || user.email;
}
