/* Who rates by keyboard is faster than a page: digits and Enter pressed after „Speichern und weiter“ are meant for the next criterion.
   They wait for its page instead of changing the answer that is just being saved. No module: it has to listen before the page is
   there whole. */
(() => {
  "use strict";

  const KEY = "vorausgetippt";
  const FRESH = 5000;
  let waiting = true; /* before the form is there, and once it is being sent */
  let keys = "";

  const isMeant = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && /^([0-4]|Enter)$/.test(event.key);

  function keep() {
    try {
      if (keys) sessionStorage.setItem(KEY, JSON.stringify({ keys, at: Date.now() }));
      else sessionStorage.removeItem(KEY);
    } catch { /* a browser without storage: keys are dropped while a page is left */ }
  }

  /* What was typed on the page before; empty where that is too long ago. */
  function typedBefore() {
    try {
      const typed = JSON.parse(sessionStorage.getItem(KEY));
      return typed && Date.now() - typed.at < FRESH ? typed.keys : "";
    } catch { return ""; }
  }

  document.addEventListener("keydown", (event) => {
    if (!waiting || event.repeat || !isMeant(event)) return;
    event.preventDefault();
    event.stopPropagation();
    keys += event.key === "Enter" ? "\n" : event.key;
    keep();
  }, true);

  /* One criterion's worth; what comes after its Enter is kept for the page after it. */
  function replay(form) {
    const end = keys.indexOf("\n");
    const digit = (end < 0 ? keys : keys.slice(0, end)).slice(-1);
    keys = end < 0 ? "" : keys.slice(end + 1);
    keep();
    const radio = digit && form.querySelector(`[name="choice"][value="${digit}"]`);
    if (!radio) return; /* an Enter that follows no digit is a second press of the one before, not an answer */
    radio.focus();
    radio.click();
    if (end >= 0) form.requestSubmit(form.querySelector('[name="weiter"]'));
  }

  keys = typedBefore();
  /* The modules of the page have run by then. */
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("einschaetzung");
    waiting = false;
    if (!form || !form.hasAttribute("hx-post")) return;
    /* Also while the button waits for an autosave; half a date stops the event before it comes here (app.js). */
    form.addEventListener("submit", () => { waiting = true; });
    if (keys) replay(form);
  });
})();
