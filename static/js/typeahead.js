/* Who rates by keyboard is faster than a page: digits and Enter pressed after „Speichern und weiter“ are meant for the next criterion.
   They wait for its page instead of changing the answer that is just being saved. */
const KEY = "vorausgetippt";
const FRESH = 5000;

const isMeant = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && /^([0-4]|Enter)$/.test(event.key);
const wait = (keys) => sessionStorage.setItem(KEY, JSON.stringify({ keys, at: Date.now() }));

/* What was typed on the page before; empty where that is too long ago. */
function typedAhead() {
  let typed = null;
  try { typed = JSON.parse(sessionStorage.getItem(KEY)); } catch { /* unreadable: nothing was typed ahead */ }
  sessionStorage.removeItem(KEY);
  return typed && Date.now() - typed.at < FRESH ? typed.keys : "";
}

function watch(form) {
  let leaving = false;
  let keys = "";
  form.addEventListener("submit", (event) => { setTimeout(() => { leaving = leaving || !event.defaultPrevented; }); });
  document.addEventListener("keydown", (event) => {
    if (!leaving || event.repeat || !isMeant(event)) return;
    event.preventDefault();
    event.stopPropagation();
    keys += event.key === "Enter" ? "\n" : event.key;
    wait(keys);
  }, true);
}

/* One criterion's worth; what comes after its Enter is kept for the page after it. */
function replay(form, keys) {
  const end = keys.indexOf("\n");
  const digit = (end < 0 ? keys : keys.slice(0, end)).slice(-1);
  const radio = digit && form.querySelector(`[name="choice"][value="${digit}"]`);
  if (!radio) return; /* an Enter that follows no digit is a second press of the one before, not an answer */
  radio.focus();
  radio.click();
  if (end < 0) return;
  if (keys.length > end + 1) wait(keys.slice(end + 1));
  form.requestSubmit(form.querySelector('[name="weiter"]'));
}

const form = document.getElementById("einschaetzung");
if (form && form.hasAttribute("hx-post")) {
  try {
    const keys = typedAhead();
    watch(form);
    if (keys) replay(form, keys);
  } catch { /* a browser without storage: keys are dropped while a page is left */ }
}
