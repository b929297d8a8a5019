/* Small helps; every page works without them. */

/* A character counter for texts with a limit. The browser's own maxlength cuts pasted text off without a word, so it gives way
   to the counter, which says by how much the text is too long; the server checks the limit anyway. Lines are counted aloud once
   half of them are used: most texts never come near. */
function startCounter(note) {
  const input = document.getElementById(note.dataset.counterFor);
  if (!input || note.dataset.counterOn) return;
  note.dataset.counterOn = "1";
  const limit = Number(note.dataset.counterMax);
  const lines = Number(input.dataset.maxLines || Infinity);
  const inWords = (text, number) => text.replace("#", Math.abs(number).toLocaleString(document.documentElement.lang));
  let spoken = 0;
  input.removeAttribute("maxlength");
  const update = () => {
    const left = limit - input.value.length;
    const linesLeft = lines - input.value.trim().split("\n").length;
    const parts = [inWords(left < 0 ? note.dataset.counterOver : note.dataset.counterLeft, left)];
    if (linesLeft < lines / 2) parts.push(inWords(linesLeft < 0 ? note.dataset.linesOver : note.dataset.linesLeft, linesLeft));
    note.textContent = parts.join(", ");
    note.classList.toggle("counter--over", left < 0 || linesLeft < 0);
    note.hidden = note.matches(".counter--near") && left >= limit / 10 && linesLeft >= lines / 10;
    /* Screen readers hear it only near the end, and not with every key. */
    clearTimeout(spoken);
    if (left < limit / 10 || linesLeft < lines / 10) spoken = setTimeout(() => note.setAttribute("role", "status"), 800);
    else note.removeAttribute("role");
  };
  input.addEventListener("input", update);
  update();
}

/* Digits choose a level while the focus is inside the cards. */
function onLevelKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
  const cards = event.target.closest("[data-level-keys]");
  if (!cards || event.target.type !== "radio") return;
  const radio = cards.querySelector(`input[type="radio"][value="${event.key}"]:not(:disabled)`);
  if (!radio) return;
  event.preventDefault();
  radio.focus();
  radio.click();
}

/* The account menu closes on Escape and on a click elsewhere. */
function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

function start(root) {
  root.querySelectorAll("[data-counter-for]").forEach(startCounter);
  if (window.history.length > 1) root.querySelectorAll("[data-back]").forEach((button) => { button.hidden = false; });
  root.querySelectorAll("[data-print], [data-tick-all], [data-copy]").forEach((button) => { button.hidden = false; });
  const summary = root.querySelector("[data-focus]");
  if (summary) summary.focus();
}

document.addEventListener("keydown", (event) => {
  onLevelKey(event);
  if (event.key === "Escape") {
    const menu = event.target.closest("details[data-menu][open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  closeMenus(event.target);
  if (event.target.closest("[data-print]")) window.print();
  event.target.closest("[data-tick-all]")?.form.querySelectorAll('input[type="checkbox"]').forEach((box) => { box.checked = true; });
  if (event.target.closest("[data-back]")) window.history.back();
});

/* A field that is meant to be copied: a click marks it whole, its button copies it and says so, or how to do it by hand. */
async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const status = button.parentElement.querySelector('[role="status"]');
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch { /* not over plain HTTP: the old way, which works there, too */
    if (!document.execCommand("copy")) {
      status.textContent = button.dataset.byHand || "";
      return;
    }
  }
  const label = button.querySelector(".kern-label");
  button.dataset.label ||= label.textContent;
  label.textContent = status.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = button.dataset.label; }, 3000);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  if (event.target.matches("input[readonly]")) event.target.select();
});

/* A link to what is folded opens it, and so does printing. Browsers open what lies around a target, but not the target itself. */
function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const inside = target.querySelector(":scope > details[data-fold]");
  if (inside) inside.open = true;
  let opened = false;
  for (let fold = target.closest("details[data-fold]"); fold; fold = fold.parentElement.closest("details[data-fold]")) {
    opened ||= !fold.open;
    fold.open = true;
  }
  if (opened || inside) target.scrollIntoView();
}
window.addEventListener("hashchange", reveal);
/* A link to the place one has come to already changes no address. */
document.addEventListener("click", (event) => { if (event.target.closest('a[href^="#"]')) setTimeout(reveal); });
/* On a phone the first screen is for what comes first. */
const isPhone = window.matchMedia("(max-width: 47.99rem)");
function foldOnPhone() {
  document.querySelectorAll("details[data-folds-on-phone]").forEach((fold) => { fold.open = !isPhone.matches; });
}
isPhone.addEventListener("change", foldOnPhone);
foldOnPhone();
let printed = [];
window.addEventListener("beforeprint", () => {
  printed = [...document.querySelectorAll("details[data-fold]:not([open])")];
  /* Folds of one name close each other. */
  document.querySelectorAll("details[data-fold][name]").forEach((fold) => { fold.dataset.fold = fold.name; fold.removeAttribute("name"); });
  printed.forEach((fold) => { fold.open = true; });
});
window.addEventListener("afterprint", () => {
  printed.forEach((fold) => { fold.open = false; });
  document.querySelectorAll('details[data-fold]:not([data-fold=""])').forEach((fold) => { fold.name = fold.dataset.fold; fold.dataset.fold = ""; });
});

/* A filter works with the choice itself; without a script it has its button. By keyboard one goes on where one was. */
const CHOSEN = "chosen"; /* the path and the field of the choice that the next page comes from */
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.form?.matches("[data-at-once]")) return;
  try { sessionStorage.setItem(CHOSEN, `${location.pathname}#${field.id}`); } catch { /* then the page begins at its top */ }
  field.form.requestSubmit();
});
function focusChosen() {
  let chosen = null;
  try { chosen = sessionStorage.getItem(CHOSEN); sessionStorage.removeItem(CHOSEN); } catch { /* nothing was kept */ }
  const [path, id] = chosen?.split("#") ?? [];
  if (path === location.pathname) document.querySelector(`[data-at-once] #${CSS.escape(id)}`)?.focus({ preventScroll: true });
}
window.addEventListener("load", focusChosen); /* after the browser has gone to the address's place, which takes the focus away */

/* A browser hands over half a date as none, and the stored one would be lost: it waits for the rest. */
document.addEventListener("submit", (event) => {
  const half = [...event.target.elements].find((field) => field.type === "date" && field.validity.badInput);
  if (!half || event.submitter?.formNoValidate) return;
  event.preventDefault();
  event.stopPropagation();
  half.reportValidity();
}, true);

/* Buttons rest for a second: a double click sends a form once (the server takes it once in any case, scaling/once.py). */
const RESTING = 1000;
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const now = performance.now();
  if (now - (sent.get(event.target) ?? -RESTING) < RESTING) {
    event.preventDefault();
    return;
  }
  sent.set(event.target, now);
  const button = event.submitter;
  button?.setAttribute("aria-disabled", "true");
  setTimeout(() => button?.removeAttribute("aria-disabled"), RESTING);
});
/* Before the session ends, a warning with a button; timers sleep with the device, so the server is asked how much is left. */
function watchSession(box) {
  const address = box.dataset.session;
  const total = Number(box.dataset.seconds);
  const early = Math.min(300, total / 2);
  let timer = 0;
  let extended = false;
  let before = null; /* where the focus was before it came to the warning */

  document.addEventListener("focusin", (event) => { if (!box.contains(event.target)) before = event.target; });

  function show(name, text) {
    box.querySelectorAll("[data-session-part]").forEach((part) => { part.hidden = part.dataset.sessionPart !== name; });
    box.hidden = !name;
    if (!name) return;
    const line = box.querySelector(`[data-session-part="${name}"] [data-text]`);
    line.textContent = text || line.dataset.text;
  }

  function again(seconds) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(1, Math.min(seconds, 3600)) * 1000);
  }

  function react(seconds) {
    if (seconds <= 0) { show("ended"); return; }
    if (seconds > early + 1) {
      show(extended ? "extended" : "");
      extended = false;
      again(seconds - early);
      return;
    }
    const line = box.querySelector('[data-session-part="warning"] [data-text]');
    const minutes = Math.floor(seconds / 60);
    const text = minutes < 1 ? line.dataset.textOne : line.dataset.text.replace("#", minutes);
    /* Said again only near the end: a live region that counts every minute is a nuisance. */
    if (box.hidden || minutes < 1) show("warning", text);
    again(minutes < 1 ? seconds + 1 : Math.min(60, seconds - 59));
  }

  async function look() {
    try {
      react((await (await fetch(address, { headers: { Accept: "application/json" } })).json()).seconds);
    } catch { again(60); /* no network now; the page says so where it saves */ }
  }

  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(address, { method: "POST", body: new FormData(event.target) });
      extended = true;
      react((await answer.json()).seconds);
      (before && before.isConnected ? before : document.getElementById("inhalt")).focus({ preventScroll: true });
    } catch { again(5); }
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  again(total - early);
}

document.querySelectorAll("[data-session]").forEach(watchSession);
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) start(event.target); });
start(document);
reveal();
