/* Small helps; every page works without them. */
(() => {
  "use strict";

  /* A character counter for texts with a limit. The browser's own maxlength cuts pasted text off without a word, so it gives way
     to the counter, which says by how much the text is too long; the server checks the limit anyway. */
  function startCounter(note) {
    const input = document.getElementById(note.dataset.counterFor);
    if (!input || note.dataset.counterOn) return;
    note.dataset.counterOn = "1";
    const limit = Number(note.dataset.counterMax);
    let spoken = 0;
    input.removeAttribute("maxlength");
    const update = () => {
      const left = limit - input.value.length;
      const text = left < 0 ? note.dataset.counterOver : note.dataset.counterLeft;
      note.textContent = text.replace("#", Math.abs(left).toLocaleString(document.documentElement.lang));
      note.classList.toggle("counter--over", left < 0);
      /* Screen readers hear it only near the end, and not with every key. */
      clearTimeout(spoken);
      if (left < limit / 10) spoken = setTimeout(() => note.setAttribute("role", "status"), 800);
      else note.removeAttribute("role");
    };
    input.addEventListener("input", update);
    note.hidden = false;
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
    root.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
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
    if (event.target.closest("[data-back]")) window.history.back();
  });
  /* Signing out leaves no drafts on the device (static/js/answer.js keeps them). */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches('form[action*="logout"]')) return;
    try {
      Object.keys(localStorage).filter((key) => key.startsWith("entwurf:")).forEach((key) => localStorage.removeItem(key));
    } catch { /* no storage, no drafts */ }
  });
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) start(event.target); });
  start(document);
})();
