/* Who rates by keyboard is faster than a page: digits and Enter pressed after „Speichern und weiter“ are meant for the next criterion.
   They wait for its page instead of changing the answer that is just being saved. */
(() => {
  "use strict";

  const KEY = "vorausgetippt";
  const FRESH = 5000;
  const form = document.getElementById("einschaetzung");
  if (!form) return;
  try { sessionStorage.getItem(KEY); } catch { return; /* without storage keys are dropped while a page is left */ }

  const meant = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && /^([0-4]|Enter)$/.test(event.key);
  let leaving = false;
  let keys = "";

  form.addEventListener("submit", (event) => {
    setTimeout(() => { leaving = leaving || !event.defaultPrevented; });
  });
  document.addEventListener("keydown", (event) => {
    if (!leaving || event.repeat || !meant(event)) return;
    event.preventDefault();
    event.stopPropagation();
    keys += event.key === "Enter" ? "\n" : event.key;
    sessionStorage.setItem(KEY, JSON.stringify({ keys, at: Date.now() }));
  }, true);

  let typed = null;
  try { typed = JSON.parse(sessionStorage.getItem(KEY)); } catch { /* unreadable: nothing was typed ahead */ }
  sessionStorage.removeItem(KEY);
  if (!typed || Date.now() - typed.at > FRESH || !form.hasAttribute("hx-post")) return;
  /* One criterion's worth; what comes after its Enter is kept for the page after it. */
  const end = typed.keys.indexOf("\n");
  const digits = (end < 0 ? typed.keys : typed.keys.slice(0, end)).slice(-1);
  const radio = digits && form.querySelector(`[name="choice"][value="${digits}"]`);
  if (radio) {
    radio.focus();
    radio.click();
  }
  if (end < 0) return;
  keys = typed.keys.slice(end + 1);
  if (keys) sessionStorage.setItem(KEY, JSON.stringify({ keys, at: Date.now() }));
  /* An Enter that follows no digit is a second press of the one before, not an answer. */
  if (radio) form.requestSubmit(form.querySelector('[name="weiter"]'));
})();
