/* What the pages with answers share: drafts on the device until the server has confirmed them, another try after a failure, and
   a button that waits while something is being saved. The first functions are pure; tests/browser/test_javascript.py holds them. */

const PREFIX = "entwurf:";
export const RETRY_DELAY = 15000; /* ms */

export const draftKey = (user, path) => `${PREFIX}${user}:${path}`;

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

/* The path the server has just confirmed by a redirect, from its cookie; "" if there is none. */
export function confirmedPath(cookies) {
  const match = cookies.match(/(?:^|; )gespeichert="?([^;"]*)/);
  return match ? decodeURIComponent(match[1]) : "";
}

/* Those of the keys that hold a draft: of the path, by whomever, or all of them without one. */
export const draftKeys = (keys, path = "") => keys.filter((key) => key.startsWith(PREFIX) && key.endsWith(path));

/* False in a browser without storage: it keeps no drafts and loses nothing by it. */
export function hasStorage() {
  try { localStorage.getItem(PREFIX); return true; } catch { return false; }
}

export function forgetDrafts(path = "") {
  if (hasStorage()) draftKeys(Object.keys(localStorage), path).forEach((key) => localStorage.removeItem(key));
}

/* What the server has confirmed is no draft any more, wherever its redirect led. */
export function forgetConfirmed() {
  const path = confirmedPath(document.cookie);
  if (!path) return;
  document.cookie = "gespeichert=; Max-Age=0; path=/; SameSite=Lax";
  forgetDrafts(path);
}

/* The draft of one person for one address. */
export class Draft {
  constructor(user, path) { this.key = draftKey(user, path); }

  read() { return parseDraft(localStorage.getItem(this.key)); }

  write(values) { localStorage.setItem(this.key, JSON.stringify({ values, at: new Date().toISOString() })); }

  forget() { localStorage.removeItem(this.key); }
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
