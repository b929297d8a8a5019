/* What the pages with answers share: drafts on the device until the server has confirmed them, another try after a failure, and
   a button that waits while something is being saved. The first functions are pure; tests/browser/test_javascript.py holds them. */

const PREFIX = "entwurf:";
const COOKIE = "gespeichert";
const SENT = "abgeschickt";
const TTL = 30 * 24 * 60 * 60 * 1000; /* ms */
export const RETRY_DELAY = 15000; /* ms */

/* path: the address a form is sent to, with # and its id where it has one; id: one for each form of each opened page, so that two
   tabs never write over each other. */
export const draftKey = (user, path, id) => `${PREFIX}${user}:${path}@${id}`;

export function parseKey(key) {
  const match = key.match(/^entwurf:([^:]*):(.*)@([a-z0-9]+)$/);
  return match ? { key, user: match[1], path: match[2], id: match[3] } : null;
}

/* As the server stores it: forms send CRLF, fields hold LF. */
export const unixLines = (text) => text.replace(/\r\n/g, "\n");

/* A missing value is an empty one. */
export function sameValues(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] || "") === (other[name] || ""));
}

/* The draft kept as text: {values, at}; null for none, and for one that cannot be read or holds no values. */
export function parseDraft(text) {
  try {
    const draft = JSON.parse(text);
    return draft && typeof draft.values === "object" && draft.values !== null ? draft : null;
  } catch { return null; }
}

/* The drafts whose values the server has stored, by its cookie (scaling/drafts.py). */
export function confirmedIds(cookies) {
  const match = cookies.match(/(?:^|; )gespeichert="?([a-z0-9.]*)/);
  return match ? match[1].split(".").filter(Boolean) : [];
}

/* False in a browser without storage: it keeps no drafts, and pages warn before they are left. */
export function hasStorage() {
  try { localStorage.getItem(PREFIX); return true; } catch { return false; }
}

/* All that is kept for a person, the newest first: {key, path, id, values, at, title, page}. Without a person: of everybody. */
export function storedDrafts(user = null) {
  if (!hasStorage()) return [];
  const found = Object.keys(localStorage).map(parseKey).filter((one) => one && (user === null || one.user === String(user)));
  const read = found.map((one) => ({ ...parseDraft(localStorage.getItem(one.key)), ...one })).filter((one) => one.values);
  return read.sort((one, other) => String(other.at).localeCompare(String(one.at)));
}

export const forget = (draft) => localStorage.removeItem(draft.key);

/* What the server has confirmed is no draft any more, wherever its redirect led, and neither is what nobody wanted for a month. */
export function forgetConfirmed() {
  const ids = confirmedIds(document.cookie);
  if (ids.length) document.cookie = `${COOKIE}=; Max-Age=0; path=/; SameSite=Lax`;
  const old = new Date(Date.now() - TTL).toISOString();
  storedDrafts().filter((draft) => ids.includes(draft.id) || draft.at < old).forEach(forget);
}

/* What was sent last from this tab, on the page that came back in answer to it: {ids, path}; null on any other page. */
export function sentBefore() {
  if (!("posted" in document.body.dataset)) return null;
  try { return JSON.parse(sessionStorage.getItem(SENT)); } catch { return null; }
}

/* Tells the server which drafts a form carries, so that it can say which are stored. */
export function sendIds(form, ids, path) {
  if (!ids.length) return;
  let field = form.querySelector('input[name="entwurf"]');
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "entwurf" });
    form.append(field);
  }
  field.value = ids.join(".");
  try { sessionStorage.setItem(SENT, JSON.stringify({ ids, path })); } catch { /* then it is offered once more */ }
}

/* The draft of one form of this page. */
export class Draft {
  constructor(user, path, page = location.pathname + location.search) {
    this.user = user;
    this.path = path;
    this.page = page;
    const sent = sentBefore();
    /* A form that came back goes on with the draft it was sent with. */
    this.id = sent?.path === path ? sent.ids[0] : this.fresh();
    this.isSent = false;
  }

  fresh() { return Math.random().toString(36).slice(2, 10).padEnd(8, "0"); }

  get key() { return draftKey(this.user, this.path, this.id); }

  /* What was typed for the same form elsewhere or before, the newest first. */
  others() { return storedDrafts(this.user).filter((one) => one.path === this.path && one.id !== this.id); }

  write(values) {
    /* What is typed after the form was sent is not what the server is about to confirm. */
    if (this.isSent) this.id = this.fresh();
    this.isSent = false;
    const title = document.querySelector("h1")?.textContent.trim().replace(/\s+/g, " ") || document.title;
    localStorage.setItem(this.key, JSON.stringify({ values, at: new Date().toISOString(), title, page: this.page }));
  }

  forget() { localStorage.removeItem(this.key); }

  send(form) {
    const before = sentBefore();
    const sameAddress = before?.path.split("#")[0] === this.path.split("#")[0];
    sendIds(form, [...new Set([this.id, ...(sameAddress ? before.ids : [])])], this.path);
    this.isSent = true;
  }
}

/* Fills in the panel that offers a draft. lines: what it says; take, drop: what its two buttons do. */
export function showDraft(panel, draft, { lines, take, drop }) {
  const when = { dateStyle: "long", timeStyle: "short" };
  panel.querySelector("[data-draft-text]").textContent = lines.filter(Boolean).join("\n");
  panel.querySelector("[data-draft-time]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, when);
  panel.querySelector("[data-draft-take]").addEventListener("click", take);
  panel.querySelector("[data-draft-drop]").addEventListener("click", drop);
}

/* Does something later, and only once: a new time replaces the one before. */
export class Timer {
  constructor(action) { this.action = action; this.id = 0; }

  start(delay = RETRY_DELAY) {
    this.stop();
    this.id = setTimeout(this.action, delay);
  }

  stop() { clearTimeout(this.id); }
}

/* A button pressed while something is being saved waits for it, or the two would meet as strangers. */
export class WaitingButton {
  constructor(form, isBusy) { this.form = form; this.isBusy = isBusy; this.button = null; }

  /* Whether the submit is put off; to be asked by the form's submit handler. */
  holds(event) {
    if (!this.isBusy()) return false;
    event.preventDefault();
    this.button = event.submitter;
    return true;
  }

  /* To be called when a save has ended. */
  release() {
    if (!this.button || this.isBusy()) return;
    const button = this.button;
    this.button = null;
    this.form.requestSubmit(button);
  }
}

/* A page that comes back from the browser's memory shows old versions. */
export function reloadWhenRestored() {
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
