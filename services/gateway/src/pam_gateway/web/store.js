/** What outlives a reload: the session, the messages not yet acknowledged, what this tab shows. */

const SESSION = "pam.session";
const KNOWN = "pam.known";
const CURRENT = "pam.current";
const LATEST = "pam.latest";
const OUTBOX = "pam.outbox.";

/** JSON values in a Storage; where the browser refuses to store, they live as long as the page. */
class Shelf {
  #storage;
  #refused = new Map();

  constructor(storage) {
    this.#storage = storage;
  }

  get(key) {
    if (this.#refused.has(key)) return this.#refused.get(key);
    try {
      return JSON.parse(this.#storage.getItem(key));
    } catch {
      return null;
    }
  }

  put(key, value) {
    try {
      if (value === null) this.#storage.removeItem(key);
      else this.#storage.setItem(key, JSON.stringify(value));
      this.#refused.delete(key);
    } catch {
      this.#refused.set(key, value);
    }
  }
}

export class Store {
  #local = new Shelf(localStorage);
  #tab = new Shelf(sessionStorage);

  /** `{access_token, refresh_token, renew_at, user}`, times in milliseconds of this device's clock; or null. */
  get session() {
    return this.#local.get(SESSION);
  }

  set session(session) {
    this.#local.put(SESSION, session);
    if (session) this.#local.put(KNOWN, true);
    else this.current = this.latest = null;
  }

  /** Whether somebody has signed in on this device before. */
  get known() {
    return Boolean(this.#local.get(KNOWN));
  }

  get current() {
    return this.#tab.get(CURRENT);
  }

  set current(conversation) {
    this.#tab.put(CURRENT, conversation);
  }

  /** The turn this tab has seen last: a record without it is behind. */
  get latest() {
    return this.#tab.get(LATEST);
  }

  set latest(turn) {
    this.#tab.put(LATEST, turn);
  }

  outbox(user) {
    return new Outbox(this.#local, OUTBOX + user);
  }

  /** Call `changed` when another tab signs in or out. */
  watchSession(changed) {
    addEventListener("storage", (event) => event.key === SESSION && changed(this.session));
  }
}

/** A member's messages on the way, oldest first. Read anew each time: tabs share it. */
class Outbox {
  #shelf;
  #key;

  constructor(shelf, key) {
    this.#shelf = shelf;
    this.#key = key;
  }

  get messages() {
    return this.#shelf.get(this.#key) ?? [];
  }

  of(conversation) {
    return this.messages.filter((message) => message.conversation === conversation);
  }

  add(message) {
    this.#shelf.put(this.#key, [...this.messages, message]);
  }

  /** Take a message out and return it, or undefined if it is not there. */
  take(id) {
    const messages = this.messages;
    this.#shelf.put(this.#key, messages.filter((message) => message.id !== id));
    return messages.find((message) => message.id === id);
  }
}
