/* The table of all criteria: each row is saved by itself, to the address of its criterion; until the server has confirmed it, it is
   kept on the device where the criterion's own page (answer.js) keeps it, too. Without this script the table is a plain form. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-rows]");
  if (!form) return;
  try { localStorage.getItem("entwurf:"); } catch { return; /* a browser without storage: the button saves */ }

  const bar = document.getElementById("save-state");
  const words = bar.dataset;
  const RETRY = 15000;
  const NAMES = ["choice", "rationale", "target_level"];
  let waiting = null; /* the button, while rows are under way */

  class Row {
    constructor(element) {
      this.element = element;
      this.address = element.dataset.address;
      this.key = `entwurf:${form.dataset.user}:${this.address}`;
      this.title = element.querySelector("th a").textContent.trim();
      this.field = (name) => element.querySelector(`[name$="-${name}"]`);
      this.decides = "conflict" in element.dataset; /* two versions are shown: the person decides, by the button */
      this.confirmed = "unsaved" in element.dataset || this.decides ? null : this.values();
      this.inFlight = false;
      this.stopped = false;
      this.timer = 0;
      this.note = null;
    }

    values() {
      const result = Object.fromEntries(NAMES.map((name) => [name, this.field(name).value.replace(/\r\n/g, "\n")]));
      return { ...result, target_date: this.element.dataset.date };
    }

    stored() {
      try { return JSON.parse(localStorage.getItem(this.key)); } catch { return null; }
    }

    /* What the table has no field for, but somebody typed on the criterion's own page: it waits there and stays in the draft. */
    rest() {
      const fields = Object.entries(this.stored()?.values || {}).filter(([name]) => !NAMES.includes(name));
      return fields.filter(([name, value]) => value && value !== (name === "target_date" ? this.element.dataset.date : ""));
    }

    keep() {
      const rest = this.rest();
      if (this.isConfirmed() && !rest.length) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify({ values: { ...this.values(), ...Object.fromEntries(rest) }, at: new Date().toISOString() }));
    }

    isConfirmed() {
      const now = this.values();
      return this.confirmed !== null && Object.keys(now).every((name) => (now[name] || "") === (this.confirmed[name] || ""));
    }

    tell(text, failed, ...more) {
      if (!this.note) {
        this.note = document.createElement("p");
        this.field("rationale").closest("td").append(this.note);
      }
      this.note.className = failed ? "save-state save-state--failed" : "save-state";
      this.note.replaceChildren(text, ...more);
    }

    soon(delay) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), delay);
    }

    changed(event) {
      this.keep();
      if (this.stopped || this.decides) return;
      this.tell(words.changed);
      this.soon(event.type === "input" && event.target.matches("textarea") ? 1500 : 100);
    }

    async save() {
      clearTimeout(this.timer);
      if (this.inFlight || this.stopped || this.decides || this.isConfirmed()) return;
      const sent = this.values();
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.set("einmal", form.elements.einmal.value);
      body.set("version", this.field("version").value);
      body.set("autosave", "1");
      Object.entries(sent).forEach(([name, value]) => body.set(name, value));
      this.inFlight = true;
      this.tell(words.saving);
      try {
        const answer = await fetch(this.address, { method: "POST", body, redirect: "manual" });
        this.answered(answer.headers.get("X-Save"), answer.headers.get("X-Version"), await answer.text(), sent);
      } catch {
        this.failed(words.offline);
      }
      this.inFlight = false;
      this.keep();
      if (!this.stopped && NAMES.some((name) => sent[name] !== this.values()[name])) this.soon(100); /* typed meanwhile */
      goOn();
    }

    failed(text) {
      this.tell(text, true);
      bar.textContent = `${this.title}: ${text}`;
      this.soon(RETRY);
    }

    answered(kind, version, html, sent) {
      if (!kind) { this.failed(words.failed); return; }
      const page = new DOMParser().parseFromString(html, "text/html");
      const link = page.querySelector("a");
      if (link) link.remove();
      const text = page.querySelector("span").textContent.trim().replace(/\s+/g, " ");
      bar.textContent = `${this.title}: ${text}`;
      if (kind === "saved") {
        if (version !== this.field("version").value) this.element.querySelector("[data-unconfirmed]")?.remove();
        this.field("version").value = version;
        this.confirmed = sent;
        this.tell(text);
        return;
      }
      this.tell(text, true);
      if (kind === "invalid") return; /* again when something else is typed */
      this.stopped = true;
      if (kind === "stale") this.note.append(` ${words.both}`);
      if (link) {
        link.href = link.getAttribute("href").replace(/next=.*/, `next=${encodeURIComponent(location.pathname)}`);
        this.note.append(" ", link);
      }
    }

    /* A version that reached the device but not the server. */
    offer() {
      const draft = this.stored();
      if (!draft) return;
      const now = this.values();
      const differs = NAMES.some((name) => (draft.values[name] || "") !== (now[name] || ""));
      if (!differs) {
        this.keep();
        return;
      }
      const panel = document.getElementById("row-draft").content.firstElementChild.cloneNode(true);
      panel.querySelector("[data-draft-time]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      const choice = [...this.field("choice").options].find((option) => option.value === (draft.values.choice || ""));
      panel.querySelector("[data-draft-text]").textContent = [choice?.text, draft.values.rationale].filter(Boolean).join("\n");
      panel.querySelector("[data-draft-take]").addEventListener("click", () => {
        NAMES.forEach((name) => { this.field(name).value = draft.values[name] || ""; });
        panel.remove();
        this.field("rationale").focus();
        this.keep();
        this.soon(0);
      });
      panel.querySelector("[data-draft-drop]").addEventListener("click", () => {
        localStorage.removeItem(this.key);
        panel.remove();
        this.field("rationale").focus();
      });
      this.field("rationale").closest("td").append(panel);
    }
  }

  const rows = new Map([...form.querySelectorAll("tr[data-address]")].map((element) => [element, new Row(element)]));
  const rowOf = (event) => rows.get(event.target.closest("tr[data-address]"));
  const busy = () => [...rows.values()].some((row) => row.inFlight);

  /* A button pressed while rows are being saved waits for them, or the two would meet as strangers. */
  function goOn() {
    if (!waiting || busy()) return;
    const button = waiting;
    waiting = null;
    form.requestSubmit(button);
  }
  form.addEventListener("submit", (event) => {
    if (busy()) {
      event.preventDefault();
      waiting = event.submitter;
      return;
    }
    rows.forEach((row) => {
      clearTimeout(row.timer);
      if (row.field("keep_theirs")?.checked) localStorage.removeItem(row.key);
    });
  });
  form.addEventListener("input", (event) => rowOf(event)?.changed(event));
  form.addEventListener("change", (event) => rowOf(event)?.changed(event));
  window.addEventListener("online", () => rows.forEach((row) => row.save()));
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  rows.forEach((row) => row.offer());
})();
