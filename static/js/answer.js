/* The page of one criterion: autosave (the requests are htmx's), and a draft on the device until the server has confirmed it.
   Without this script the page is a plain form. */
import { Draft, RETRY_DELAY, Timer, WaitingButton, forget, hasStorage, reloadWhenRestored, sameValues, showDraft, unixLines } from "./drafts.js";

const OWN = ["csrfmiddlewaretoken", "einmal", "entwurf", "version"];

/* Evidence is not autosaved: it stays a draft until a button sends it. */
const withoutEvidence = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith("evidence_")));
const NO_EVIDENCE = { evidence_text: "", evidence_url: "", evidence_dated_on: "", evidence_valid_until: "" };
const sameAnswer = (one, other) => sameValues(withoutEvidence(one), withoutEvidence(other));

function start(form, state) {
  const panel = document.getElementById("draft");
  const stored = new Draft(panel.dataset.user, location.pathname);
  let inFlight = null;
  let stopped = false;
  let leaving = false;

  function values() {
    const result = {};
    for (const [name, value] of new FormData(form)) if (!OWN.includes(name)) result[name] = unixLines(value);
    return result;
  }

  /* A form that came back with an error shows what was typed, which nobody has stored. */
  const cameBack = form.hasAttribute("data-unsaved");
  let confirmed = cameBack ? { version: "none" } : values();

  function keep() {
    const now = values();
    if (sameValues(now, confirmed)) stored.forget();
    else stored.write(now);
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
  const retry = new Timer(again);
  function again() {
    retry.stop();
    if (!stopped && !inFlight && !sameAnswer(values(), confirmed)) form.dispatchEvent(new Event("retry"));
  }
  const waiting = new WaitingButton(form, () => inFlight !== null);
  function saved(sent, version) {
    form.elements.version.value = version;
    confirmed = { ...withoutEvidence(sent), ...NO_EVIDENCE };
    if (!leaving) keep(); /* a button has sent the rest */
  }

  /* A draft from before: offered when it says something else than the server, forgotten when it does not. */
  function offer() {
    const [draft] = stored.others();
    if (!draft) return;
    if (sameValues(draft.values, values())) {
      if (!cameBack) forget(draft);
      return;
    }
    const chosen = form.querySelector(`[name="choice"][value="${CSS.escape(draft.values.choice || "")}"]`);
    const level = chosen?.labels[0].querySelector(".level-card__title").textContent.trim().replace(/\s+/g, " ");
    const close = () => {
      panel.hidden = true;
      form.elements.rationale.focus();
    };
    showDraft(panel, draft, {
      lines: [level, ...["rationale", "evidence_text", "evidence_url"].map((name) => draft.values[name])],
      take: () => {
        for (const [name, value] of Object.entries(draft.values)) {
          const field = form.elements[name];
          if (field) field.value = value;
        }
        close();
        forget(draft);
        keep();
        again();
      },
      drop: () => {
        forget(draft);
        close();
      },
    });
    panel.hidden = false;
    panel.querySelector("#draft-title").focus();
  }

  form.addEventListener("input", () => { keep(); if (!inFlight) tell(state.dataset.changed); });
  form.addEventListener("change", keep);

  form.addEventListener("htmx:beforeRequest", (event) => {
    /* Half a date is none yet: the browser hands over an empty field or the year 2. */
    if (stopped || leaving || !form.elements.target_date.validity.valid) { event.preventDefault(); return; }
    retry.stop();
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
      saved(sent, xhr.getResponseHeader("X-Version"));
      if (!sameAnswer(values(), sent)) again();
    } else if (kind === "stale" || kind === "late") {
      stopped = true;
    } else if (kind === null) {
      tell(xhr.status ? state.dataset.failed : state.dataset.offline, true);
      retry.start();
    }
    waiting.release();
  });
  window.addEventListener("online", again);
  /* Who else is here is said once, not with every look. */
  document.querySelector(".present")?.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.serverResponse.trim() === event.target.textContent.trim()) event.detail.shouldSwap = false;
  });

  form.addEventListener("submit", (event) => {
    if (waiting.holds(event)) return;
    keep();
    if (!sameValues(values(), confirmed)) stored.send(form);
    leaving = true;
    setTimeout(() => { leaving = false; }, RETRY_DELAY); /* still here: the button led nowhere */
  });
  /* Whoever closes the tab or the laptop does not wait for the next pause in typing. */
  document.addEventListener("visibilitychange", async () => {
    if (!document.hidden || stopped || inFlight || leaving || !form.elements.target_date.validity.valid || sameAnswer(values(), confirmed)) return;
    const sent = values();
    const body = new FormData(form);
    body.set("autosave", "1");
    inFlight = sent;
    try {
      const answer = await fetch(form.getAttribute("hx-post"), { method: "POST", body, keepalive: true });
      inFlight = null;
      if (answer.headers.get("X-Save") === "saved") saved(sent, answer.headers.get("X-Version"));
    } catch { inFlight = null; /* it stays on the device */ }
    waiting.release();
  });
  /* Digits choose a level from anywhere on the page but a field one types into; app.js does so inside the cards. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !/^[0-4]$/.test(event.key)) return;
    if (event.target.matches("textarea, select, input:not([type=radio])") || event.target.closest("dialog")) return;
    const radio = form.querySelector(`[name="choice"][value="${event.key}"]`);
    event.preventDefault();
    radio.focus();
    radio.click();
  });
  reloadWhenRestored();
  offer();
}

if (hasStorage()) {
  const form = document.getElementById("einschaetzung");
  const state = document.getElementById("save-state");
  if (form && state && form.hasAttribute("hx-post")) start(form, state);
}
