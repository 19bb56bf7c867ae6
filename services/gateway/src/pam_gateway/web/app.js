/** The page: wires the store, the connection and what the member sees. */

import { Api, Connection, newId } from "./protocol.js";
import { Store } from "./store.js";
import * as view from "./view.js";

const UNTITLED = "New conversation";
const TITLE_MAX = 80;
const RECORD_AGAIN_AFTER = [0, 500, 1500, 3000];

const store = new Store();
const api = new Api(store, () => leave("Please sign in again."));
const gate = new view.Gate(enterWith);
let chat = null;

/** One member's conversations, as long as they are signed in. */
class Chat {
  connection;
  #user;
  #outbox;
  #thread = new view.Thread();
  #conversations = [];
  #more = null;
  #earlier = null;
  #banner = "";
  #turn = null;
  #opens = 0;
  #read = false;

  constructor(user) {
    this.#user = user;
    this.#outbox = store.outbox(user.id);
    this.connection = new Connection({ user: user.id, api, outbox: this.#outbox, on: this.#handlers() });
  }

  get user() {
    return this.#user.id;
  }

  async start() {
    this.connection.start();
    const known = store.current ?? this.#outbox.messages.at(-1)?.conversation;
    if (known) this.show(known);
    else this.startNew();
    await this.#list();
    const latest = this.#conversations[0]?.id;
    if (!known && latest && this.#thread.empty) this.show(latest);
  }

  /** Leave nothing of this member on the screen. */
  stop() {
    this.connection.stop();
    this.#conversations = [];
    this.#begin(null);
  }

  /** Show a conversation: what is on record first, then what happens from now on. */
  async show(conversation) {
    this.#begin(conversation);
    this.#showWaiting();
    await this.#record(true);
    if (store.current === conversation) this.#follow();
  }

  startNew() {
    this.#begin(newId());
    this.#read = true;
    this.#follow();
  }

  #begin(conversation) {
    if (store.current !== conversation) store.latest = null;
    store.current = conversation;
    this.#run(null);
    this.#opens = 0;
    this.#read = false;
    this.#earlier = null;
    this.#thread.clear();
    this.#listed();
  }

  #follow() {
    this.#thread.welcome(this.#user.name);
    this.#thread.toEnd();
    this.connection.watch(store.current);
  }

  /** Say something; `answers` is the approval it is a yes or no to. */
  say(text, answers = null) {
    const context = { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
    const message = { id: newId(), conversation: store.current, text, context, answers };
    this.connection.send(message);
    this.#showWaiting();
    this.#thread.toEnd();
    this.#toTop(text);
  }

  /** Want no more of the answer that is being given. */
  cancel() {
    if (!this.#turn) return;
    this.connection.cancel(store.current, this.#turn);
    this.#thread.of(this.#turn).quiet("Stopping…");
  }

  async showEarlier() {
    const page = await this.#fetched(api.messages(store.current, this.#earlier));
    if (!page) return;
    this.#earlier = page.next_cursor;
    this.#thread.recordEarlier(page.messages, page.next_cursor);
  }

  async listMore() {
    await this.#list(this.#more);
  }

  #handlers() {
    const shown = ({ conversation }) => conversation === store.current;
    return {
      state: view.showConnection,
      welcome: (frame) => frame.mode && view.showBanner((this.#banner = frame.banner ?? "")),
      opened: (frame, resumed) => shown(frame) && this.#opened(resumed),
      acked: (id) => this.#thread.has(id) && this.#thread.of(id).mark("sent"),
      refused: (id, reason) => this.#refused(id, reason),
      event: (frame) => shown(frame) && this.#thread.change(() => this.#apply(frame.event)),
      snapshot: (frame) => shown(frame) && this.#snapshot(frame),
      trouble: (frame) => view.showNotice(frame.message),
    };
  }

  async #fetched(page) {
    try {
      return await page;
    } catch (problem) {
      if (problem.status !== 404 && problem.status !== 401) view.showNotice(problem.message);
      return null;
    }
  }

  async #list(cursor) {
    const page = await this.#fetched(api.conversations(cursor));
    if (!page) return;
    const earlier = cursor ? this.#conversations : this.#conversations.filter(({ id }) => id === store.current);
    const known = new Set(page.conversations.map(({ id }) => id));
    this.#conversations = [...earlier.filter(({ id }) => cursor || !known.has(id)), ...page.conversations];
    this.#more = page.next_cursor;
    this.#listed();
  }

  #listed() {
    panel.show(this.#conversations, store.current, this.#more);
    view.showTitle(this.#conversations.find(({ id }) => id === store.current)?.title || UNTITLED);
  }

  /** Take the newest page of the record in; the `first` time it also says whether there is more. */
  async #record(first = false) {
    const conversation = store.current;
    const page = await this.#fetched(api.messages(conversation));
    if (!page || store.current !== conversation) return;
    this.#read = true;
    if (first) this.#earlier = page.next_cursor ?? null;
    this.#thread.change(() => this.#thread.record(page.messages, first ? { cursor: this.#earlier, last: null } : {}));
    if (this.#thread.opening && !this.#listedNow) this.#toTop(this.#thread.opening);
  }

  get #listedNow() {
    return this.#conversations.some(({ id }) => id === store.current);
  }

  #showWaiting() {
    for (const { id, text } of this.#outbox.of(store.current)) {
      if (this.#thread.has(id)) continue;
      this.#thread.of(id).ask(text, new Date().toISOString());
      this.#thread.of(id).mark("waiting", "waiting");
    }
  }

  #opened(resumed) {
    const again = this.#opens++ > 0;
    if (!resumed) this.#catchUp(again || !this.#read);
  }

  /** Read the record until it holds what was said: it is written a little later than that. */
  async #catchUp(missed) {
    const conversation = store.current;
    for (const delay of RECORD_AGAIN_AFTER) {
      if (!missed && !this.#behind) return;
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (store.current !== conversation) return;
      await this.#record();
      missed = false;
    }
  }

  get #behind() {
    const latest = store.latest;
    return !this.#turn && (this.#thread.unanswered || (latest && !this.#thread.complete(latest)));
  }

  #snapshot({ messages, next_cursor }) {
    this.#run(null);
    this.#earlier = next_cursor ?? null;
    this.#thread.clear();
    this.#thread.record(messages, { cursor: this.#earlier });
    this.#showWaiting();
    this.#thread.toEnd();
  }

  #refused(id, reason) {
    if (!this.#thread.has(id)) return view.showNotice(reason);
    const exchange = this.#thread.of(id);
    const edit = document.createElement("button");
    edit.type = "button";
    edit.className = "quiet-button";
    edit.textContent = "Edit";
    edit.onclick = () => composer.put(exchange.question);
    exchange.mark("refused", `Not sent: ${reason.replace(/^\w+: /, "")}`, edit);
    exchange.settled = true;
  }

  #apply(event) {
    if (event.type === "RUN_STARTED") return this.#began(event.runId);
    if (event.name === "pam.superseded") return this.#superseded(event.value.turn);
    if (event.name === "pam.so_far") return this.#saidWhole(event.value);
    // A message that was cancelled while it waited ends among the events of the running turn.
    const turn = event.runId ?? this.#turn;
    if (!turn || (turn !== this.#turn && !this.#thread.has(turn))) return this.#missedBeginning(event);
    const exchange = this.#thread.of(turn);
    if (!exchange.settled) APPLY[event.type]?.(exchange, event);
    if (TERMINAL.has(event.type)) this.#ended(turn, exchange);
  }

  /** The turn that is running, which can be stopped; or none. */
  #run(turn) {
    this.#turn = turn;
    view.showStop(Boolean(turn));
  }

  #began(turn) {
    store.latest = turn;
    if (!this.#thread.has(turn)) this.#record();
    this.#run(turn);
    view.showBanner(this.#banner);
    const exchange = this.#thread.of(turn);
    exchange.mark("sent");
    if (!exchange.settled) exchange.drive();
  }

  #superseded(turn) {
    this.#run(turn);
    const exchange = this.#thread.of(turn);
    if (!exchange.settled) exchange.dropText();
  }

  /** Events may have been lost: put what the turn has said so far in the place of what is here of it. */
  #saidWhole({ turn, text }) {
    if (turn !== this.#turn) this.#began(turn);
    const exchange = this.#thread.of(turn);
    if (exchange.settled) return;
    exchange.dropText();
    if (text) exchange.say(text);
    else exchange.drive();
  }

  #missedBeginning(event) {
    if (TERMINAL.has(event.type)) this.#record();
  }

  #ended(turn, exchange) {
    if (turn === this.#turn) this.#run(null);
    if (!exchange.question) this.#catchUp(true);
    else this.#toTop(exchange.question);
  }

  /** The conversation on show is the latest; a new one is called after what was said first. */
  #toTop(text) {
    const current = this.#conversations.find(({ id }) => id === store.current);
    const others = this.#conversations.filter((other) => other !== current);
    this.#conversations = [current ?? { id: store.current, title: text.slice(0, TITLE_MAX) }, ...others];
    this.#listed();
  }
}

const TERMINAL = new Set(["RUN_FINISHED", "RUN_ERROR"]);

const CUSTOM = {
  "pam.banner": (_, { message }) => view.showBanner(message),
  "pam.thinking": (exchange, { message }) => exchange.quiet(`${message}…`),
  "pam.remembered": (exchange, { message }) => exchange.note(message),
  "pam.sources": (exchange, { sources }) => exchange.cite(sources),
  "pam.still_working": (exchange, { message }) => exchange.quiet(`${message}…`),
};

/** What each event of a turn does to its exchange. */
const APPLY = {
  TOOL_CALL_START: (exchange, event) => exchange.tool(event.toolCallId, event.toolCallName),
  TOOL_CALL_ARGS: (exchange, event) => exchange.tool(event.toolCallId)?.addArguments(event.delta),
  TOOL_CALL_END: (exchange, event) => exchange.tool(event.toolCallId)?.showArguments(),
  TOOL_CALL_RESULT: (exchange, event) => {
    exchange.tool(event.toolCallId)?.finish(JSON.parse(event.content));
    exchange.drive();
  },
  TEXT_MESSAGE_CONTENT: (exchange, event) => exchange.say(event.delta),
  CUSTOM: (exchange, event) => CUSTOM[event.name]?.(exchange, event.value),
  RUN_FINISHED: (exchange, event) => {
    if (event.outcome?.type === "cancelled") exchange.trouble(view.stopped(event.result));
    exchange.askFirst(event.outcome?.interrupts);
    exchange.finish();
    view.announce(exchange.text ? `PAM: ${exchange.text}` : "");
  },
  RUN_ERROR: (exchange, event) => {
    exchange.trouble(event.message, () => chat?.say(exchange.question));
    exchange.finish();
  },
};

async function enterWith(mode, form) {
  if (mode === "sign-up") await api.register(form);
  else await api.login(form);
  store.current = null;
  enter(store.session.user);
}

function enter(user) {
  view.showApp(user);
  view.showNotice("");
  chat = new Chat(user);
  chat.start();
  composer.focus();
}

function leave(reason = "") {
  chat?.stop();
  chat = null;
  store.session = null;
  composer.put("");
  gate.show(store.known, reason);
}

function signOut() {
  api.logout();
  leave();
}

const DECIDED = { approve: "Yes, go ahead.", decline: "No, don't do that." };
document.getElementById("exchanges").addEventListener("decide", ({ detail }) => chat?.say(DECIDED[detail.decision], detail));

const composer = new view.Composer((text) => chat?.say(text));
const panel = new view.Panel((id) => choose(() => chat?.show(id)));

function choose(act) {
  panel.close();
  act();
  composer.focus();
}

const press = (id, act) => (view.byId(id).onclick = act);
press("new-conversation", () => choose(() => chat?.startNew()));
press("sign-out", signOut);
press("earlier", () => chat?.showEarlier());
press("more-conversations", () => chat?.listMore());
press("reconnect", () => chat?.connection.retry());
press("stop", () => chat?.cancel());
press("notice-close", () => view.showNotice(""));
for (const starter of document.querySelectorAll(".starter")) starter.onclick = () => chat?.say(starter.textContent);

addEventListener("online", () => chat?.connection.wake());
addEventListener("offline", () => chat?.connection.cut());
addEventListener("visibilitychange", () => document.hidden || chat?.connection.wake());
store.watchSession((session) => session?.user.id !== chat?.user && location.reload());

const session = store.session;
if (session) enter(session.user);
else gate.show(store.known);
