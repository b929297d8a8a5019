/* Workshops: the wall and the phones ask the server whether something is new, a vote waits on the phone until it has arrived.
   Without this script the same pages are plain forms that are loaded anew. */

const WALL_EVERY = 1000, PHONE_EVERY = 2000, RETRY_AFTER = 2000, PATIENCE = 10000; /* ms */
/* A phone that sleeps or changes its net may never hear the answer to what it asked. */
const get = (address, more = {}) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE), ...more });
const isForNow = (status) => status >= 500 || status === 429; /* the server starts anew, or is too busy */

/* ---- What is kept on the phone, by workshop, person and ballot, until the server has it ---------------------------------- */
const nameOf = (form) => `workshop:${form.dataset.keptAs}:${form.dataset.ballot}`;
const kept = {
  read(form) { try { return JSON.parse(localStorage.getItem(nameOf(form))); } catch { return null; } },
  write(form, vote) { try { localStorage.setItem(nameOf(form), JSON.stringify(vote)); } catch { /* it is still in the form */ } },
  forget(form) { try { localStorage.removeItem(nameOf(form)); } catch { /* nothing was kept */ } },
  holdsUnsent(code) {
    try { return Object.keys(localStorage).some((name) => name.startsWith(`workshop:${code}:`)); } catch { return false; }
  },
  forgetAll(code) {
    try { Object.keys(localStorage).filter((name) => name.startsWith(`workshop:${code}:`)).forEach((name) => localStorage.removeItem(name)); }
    catch { /* nothing was kept */ }
  },
};

const page = () => document.querySelector("[data-here]");
let etag = "";
let polling = 0; /* the timer of the next question; every page has one */
let offset = 0; /* how far this clock is before the server's, in ms */

/* ---- Is something new? --------------------------------------------------------------------------------------------------- */
async function ask() {
  clearTimeout(polling);
  const here = page();
  if (!here?.dataset.poll) return;
  try {
    const answer = await get(here.dataset.poll, { headers: etag ? { "If-None-Match": etag } : {} });
    const date = Date.parse(answer.headers.get("Date"));
    if (date) offset = Date.now() - date;
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") || "";
      await show(here, await answer.json());
    } else if ([401, 404].includes(answer.status)) {
      await renew(here); /* signed out, left, or over: the page says so */
      return;
    }
  } catch { /* no connection: the next question comes */ }
  next();
}

function next() {
  clearTimeout(polling);
  polling = setTimeout(ask, document.hidden ? 4 * PHONE_EVERY : page()?.hasAttribute("data-reloads") ? WALL_EVERY : PHONE_EVERY);
}

async function show(here, now) {
  if (now.ort !== here.dataset.place) return renew(here);
  const text = here.querySelector("[data-turnout]");
  if (text && now.text && text.textContent !== now.text) text.textContent = now.text;
  const bar = here.querySelector("[data-turnout-bar]");
  if (bar && "abgestimmt" in now) { bar.max = now.dabei || 1; bar.value = now.abgestimmt; }
  const timer = here.querySelector("[data-timer]");
  if (timer) timer.dataset.timer = now.bis ?? "";
  return undefined;
}

/* The wall is loaded anew, so that its forms keep what is typed (unsaved.js); unless somebody is typing in it right now. */
async function renew(here) {
  if (!here.hasAttribute("data-reloads")) return swap(here);
  if (isTyping(here)) { etag = ""; next(); return undefined; }
  location.replace(here.dataset.here);
  return undefined;
}

const isTyping = (here) => [...here.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue)
  || [...here.querySelectorAll("input[type=radio]")].some((radio) => radio.checked !== radio.defaultChecked)
  || Boolean(document.activeElement?.closest("[data-here] select"));

/* One after the other: what the first tells, the second would take away. */
let turn = Promise.resolve();
const swap = (...asked) => { turn = turn.catch(() => {}).then(() => draw(...asked)); return turn; };

/* lost: the vote of a form that the server did not take; what is typed here and was not sent is told as well. */
async function draw(here, lost = null, before = formOf()) {
  if (!lost && !here.isConnected) return; /* drawn anew a moment ago */
  let fresh;
  try {
    const answer = await get(here.dataset.here);
    if (isForNow(answer.status)) throw new Error(answer.status); /* its page asks nothing any more */
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.querySelector("main")) throw new Error("no page of ours"); /* a hotspot's */
  } catch {
    etag = ""; /* still new: else the server would say that nothing is */
    if (lost && before) { kept.write(before, { ...lost, sent: true }); sendLater(before); }
    next();
    return;
  }
  const main = document.querySelector("main");
  const late = lost || (before && kept.read(before)?.sent);
  const words = lost ? lost.words : before?.elements.words.value ?? "";
  const isNew = Boolean(lost) || (before && untouched && !same(valuesOf(before), untouched));
  keepTyped();
  main.replaceChildren(...fresh.querySelector("main").childNodes);
  document.title = fresh.title;
  etag = "";
  const stays = before && formOf()?.dataset.ballot === before.dataset.ballot;
  if (before && !stays && (late ? !main.querySelector("[data-own]") || lost : isNew && words.trim())) {
    const panel = Object.assign(document.createElement("div"), { className: "panel panel--danger", role: "alert" });
    panel.append(Object.assign(document.createElement("p"), { textContent: late ? before.dataset.late : before.dataset.unsent }));
    if (words.trim()) panel.append(Object.assign(document.createElement("p"), { className: "compare__text", textContent: words }));
    (main.querySelector("[data-here]") || main).prepend(panel);
  }
  if (lost && stays) kept.write(formOf(), { ...lost, sent: false }); /* the same question: it goes back into its form */
  start();
  window.scrollTo(0, 0);
  document.getElementById("ansage").textContent = main.querySelector("[role=alert], [data-state], .phone__state, h1")?.textContent.trim()
    || main.querySelector("h1").textContent;
}

/* ---- Voting -------------------------------------------------------------------------------------------------------------- */
const formOf = () => document.querySelector("form[data-ballot]");
const valuesOf = (form) => ({ choice: form.elements.choice.value, words: form.elements.words.value });
const same = (one, other) => one.choice === other.choice && one.words === other.words;
let untouched = null; /* what the form said when it was drawn */

function keepTyped() {
  const form = formOf();
  if (form && untouched && !same(valuesOf(form), untouched)) kept.write(form, { ...valuesOf(form), sent: Boolean(kept.read(form)?.sent) });
}

function say(form, text, failed = false) {
  const state = form.querySelector("[data-state]");
  state.textContent = text;
  state.classList.toggle("phone__state--failed", failed);
  document.getElementById("ansage").textContent = text;
}

function startVoting(form) {
  untouched = valuesOf(form);
  const draft = kept.read(form);
  if (draft) {
    const radio = form.querySelector(`[name="choice"][value="${CSS.escape(draft.choice)}"]`);
    if (radio) radio.checked = true;
    form.elements.words.value = draft.words;
    if (draft.sent) send(form); /* the page was closed before the vote had arrived */
  }
  form.addEventListener("input", keepTyped);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.elements.choice.value) { say(form, form.dataset.missing, true); return; }
    kept.write(form, { ...valuesOf(form), sent: true });
    isAskedAgain = sending;
    send(form);
  });
}

let retry = 0;

function sendLater(form) {
  clearTimeout(retry);
  retry = setTimeout(() => send(form), RETRY_AFTER);
}

let sending = false, isAskedAgain = false; /* a vote is under way; another one was sent meanwhile */

async function send(form, again = true) {
  if (sending || !form.isConnected) return;
  clearTimeout(retry);
  sending = true;
  isAskedAgain = false;
  say(form, form.dataset.sending);
  const sent = valuesOf(form);
  let answer = null;
  try {
    answer = await get(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  } catch { /* no connection */ }
  sending = false;
  if (!form.isConnected) { await sentBefore(form, answer); return; }
  if (answer === null || isForNow(answer.status)) {
    say(form, form.dataset.waiting, true);
    sendLater(form);
    return;
  }
  const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
  if (answer.status === 409 && said.grund === "stand" && again) { /* this phone's own vote, whose answer was lost on the way */
    form.elements.version.value = said.version;
    await send(form, false);
    return;
  }
  if (answer.ok && !same(sent, valuesOf(form))) { /* changed while it was under way */
    form.elements.version.value = said.version;
    if (isAskedAgain) { await send(form); return; }
    untouched = sent;
    kept.write(form, { ...valuesOf(form), sent: false });
    if (said.ort) { page().dataset.place = said.ort; etag = ""; }
    say(form, form.dataset.changed, true);
    return;
  }
  kept.forget(form);
  untouched = null;
  const here = page();
  if (answer.ok && said.ort) { /* all there is to say is in the answer: sixty phones need not load their page again */
    here.dataset.place = said.ort;
    etag = "";
    form.elements.version.value = said.version;
    untouched = valuesOf(form);
    say(form, said.text);
    form.querySelector("[data-state]").setAttribute("data-own", "");
    form.querySelector("button .kern-label").textContent = said.knopf;
    document.querySelectorAll("main .panel--danger").forEach((panel) => panel.remove()); /* what came before is over */
    return;
  }
  if (answer.ok && here.dataset.list) {
    location.assign(said.weiter || here.dataset.list);
    return;
  }
  await swap(here, answer.ok ? null : sent, form);
}

/* The page was drawn anew while the vote was under way, and has told of it as late unless it is the same question. */
async function sentBefore(form, answer) {
  const now = formOf();
  if (now && nameOf(now) === nameOf(form)) {
    if (kept.read(now)?.sent) await send(now); /* the same vote twice is one */
  } else if (answer?.ok) {
    kept.forget(form);
    document.querySelectorAll("main .panel--danger").forEach((panel) => panel.remove()); /* it was in time */
  } else if (answer && !isForNow(answer.status)) kept.forget(form);
}

/* Whoever comes next on this device starts with nothing of theirs. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-leaves]")) return;
  keepTyped();
  if (kept.holdsUnsent(form.dataset.leaves) && !window.confirm(form.dataset.ask)) { event.preventDefault(); return; }
  kept.forgetAll(form.dataset.leaves);
  untouched = null;
});

window.addEventListener("online", () => { const form = formOf(); if (form && kept.read(form)?.sent) send(form); ask(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });

/* ---- The timer ------------------------------------------------------------------------------------------------------------ */
function tick() {
  const timer = document.querySelector("[data-timer]");
  if (!timer) return;
  timer.hidden = !timer.dataset.timer;
  if (timer.hidden) return;
  const left = Math.round(Number(timer.dataset.timer) - (Date.now() - offset) / 1000);
  const text = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : timer.dataset.over;
  if (timer.textContent !== text) timer.textContent = text;
}
setInterval(tick, 500);

/* ---- The facilitator's keys ------------------------------------------------------------------------------------------------ */
document.addEventListener("keydown", (event) => {
  const steps = document.querySelector("[data-steps]");
  if (!steps || event.defaultPrevented) return;
  if (event.key === "Enter" && event.ctrlKey) {
    const button = document.querySelector("[data-save]") || steps.querySelector("[data-reveal]");
    if (button) { event.preventDefault(); button.click(); }
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("textarea, select, input")) return;
  const button = { ArrowLeft: "[data-previous]", PageUp: "[data-previous]", ArrowRight: "[data-next]", PageDown: "[data-next]" }[event.key];
  if (button && steps.querySelector(button)) { event.preventDefault(); steps.querySelector(button).click(); }
});

function start() {
  const over = document.querySelector("[data-over-code]");
  if (over) kept.forgetAll(over.dataset.overCode);
  const form = formOf();
  if (form) startVoting(form);
  tick();
  next();
}

start();
