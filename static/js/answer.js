/* The page of one criterion: autosave (the requests are htmx's), and a draft on the device until the server has confirmed it.
   Without this script the page is a plain form. */
(() => {
  "use strict";

  const PREFIX = "entwurf:";
  const RETRY = 15000;
  const form = document.getElementById("einschaetzung");
  const state = document.getElementById("save-state");

  /* What the server has just confirmed by a redirect is no draft any more, wherever the redirect leads. */
  function forgetConfirmed() {
    const match = document.cookie.match(/(?:^|; )gespeichert="?([^;"]*)/);
    if (!match) return;
    const path = decodeURIComponent(match[1]);
    document.cookie = "gespeichert=; Max-Age=0; path=/; SameSite=Lax";
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key.endsWith(path)).forEach((key) => localStorage.removeItem(key));
  }

  try { forgetConfirmed(); } catch { return; /* a browser without storage keeps no drafts and loses nothing by it */ }
  if (!form || !state || !form.hasAttribute("hx-post")) return;

  const panel = document.getElementById("draft");
  const key = PREFIX + panel.dataset.user + ":" + location.pathname;
  const own = ["csrfmiddlewaretoken", "einmal", "version"];
  let inFlight = null;
  let waiting = null;
  let retry = 0;
  let stopped = false;

  function values() {
    const result = {};
    for (const [name, value] of new FormData(form)) if (!own.includes(name)) result[name] = value.replace(/\r\n/g, "\n");
    return result;
  }
  const same = (one, other) => {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => (one[name] || "") === (other[name] || ""));
  };
  const withoutEvidence = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith("evidence_")));
  const hasEvidence = (all) => Boolean(all.evidence_text || all.evidence_url);

  /* A form that came back with an error shows what was typed, which nobody has stored. */
  const cameBack = form.hasAttribute("data-unsaved");
  let confirmed = cameBack ? { version: "none" } : values();

  function keep() {
    const now = values();
    if (same(now, confirmed)) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ values: now, at: new Date().toISOString() }));
  }
  let spoken = "";
  /* Seen by everyone at once; read aloud are failures, and a save only if it says something new (so once a minute at most). */
  function aloud(text, failed) {
    state.setAttribute("aria-live", failed || text !== spoken ? "polite" : "off");
    spoken = text;
  }
  function tell(text, failed) {
    if (failed) aloud(text, true);
    else state.setAttribute("aria-live", "off");
    state.replaceChildren(Object.assign(document.createElement("span"), { textContent: text, className: failed ? "save-state--failed" : "" }));
  }
  function again() {
    clearTimeout(retry);
    if (!stopped && !inFlight && !same(withoutEvidence(values()), withoutEvidence(confirmed))) form.dispatchEvent(new Event("retry"));
  }

  /* A draft from before: offered when it says something else than the server, forgotten when it does not. */
  function offer() {
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(key)); } catch { /* unreadable: nothing to offer */ }
    if (!draft) return;
    if (same(draft.values, values())) {
      if (!cameBack) localStorage.removeItem(key);
      return;
    }
    const labels = [];
    const chosen = form.querySelector(`[name="choice"][value="${CSS.escape(draft.values.choice || "")}"]`);
    if (chosen) labels.push(chosen.labels[0].querySelector(".level-card__title").textContent.trim().replace(/\s+/g, " "));
    for (const name of ["rationale", "evidence_text", "evidence_url"]) if (draft.values[name]) labels.push(draft.values[name]);
    panel.querySelector("[data-draft-text]").textContent = labels.join("\n");
    panel.querySelector("[data-draft-time]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    panel.hidden = false;
    panel.querySelector("#draft-title").focus();
    panel.querySelector("[data-draft-take]").addEventListener("click", () => {
      for (const [name, value] of Object.entries(draft.values)) {
        const field = form.elements[name];
        if (field) field.value = value;
      }
      panel.hidden = true;
      form.elements.rationale.focus();
      keep();
      again();
    });
    panel.querySelector("[data-draft-drop]").addEventListener("click", () => {
      localStorage.removeItem(key);
      panel.hidden = true;
      form.elements.rationale.focus();
    });
  }

  form.addEventListener("input", () => { keep(); if (!inFlight) tell(state.dataset.changed); });
  form.addEventListener("change", keep);

  form.addEventListener("htmx:beforeRequest", (event) => {
    /* Half a date is none yet: the browser hands over an empty field or the year 2. */
    if (stopped || !form.elements.target_date.validity.valid) { event.preventDefault(); return; }
    clearTimeout(retry);
    inFlight = values();
    tell(state.dataset.saving);
  });
  form.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    event.detail.shouldSwap = Boolean(xhr.getResponseHeader("X-Save"));
    const answer = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").body.textContent.trim();
    aloud(answer, xhr.getResponseHeader("X-Save") !== "saved");
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    const kind = xhr.getResponseHeader("X-Save");
    const sent = inFlight;
    inFlight = null;
    if (kind === "saved") {
      form.elements.version.value = xhr.getResponseHeader("X-Version");
      /* Evidence is not autosaved: it stays a draft until a button sends it. */
      confirmed = { ...withoutEvidence(sent), evidence_text: "", evidence_url: "" };
      keep();
      if (!same(withoutEvidence(values()), withoutEvidence(sent))) again();
    } else if (kind === "stale" || kind === "late") {
      stopped = true;
    } else if (kind === null) {
      tell(xhr.status ? state.dataset.failed : state.dataset.offline, true);
      retry = setTimeout(again, RETRY);
    }
    if (waiting) {
      const button = waiting;
      waiting = null;
      form.requestSubmit(button);
    }
  });
  window.addEventListener("online", again);
  /* Who else is here is said once, not with every look. */
  document.querySelector(".present")?.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.serverResponse.trim() === event.target.textContent.trim()) event.detail.shouldSwap = false;
  });

  /* A button pressed while an autosave is under way waits for it, or the two would meet as strangers. */
  form.addEventListener("submit", (event) => {
    if (inFlight) {
      event.preventDefault();
      waiting = event.submitter;
      return;
    }
    keep();
  });
  /* Digits choose a level from anywhere on the page but a field one types into; app.js does so inside the cards. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !/^[0-4]$/.test(event.key)) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) return;
    const radio = form.querySelector(`[name="choice"][value="${event.key}"]`);
    event.preventDefault();
    radio.focus();
    radio.click();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  offer();
})();
