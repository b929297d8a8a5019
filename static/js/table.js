/* The table of all criteria: each row is saved by itself, to the address of its criterion; until the server has confirmed it, it is
   kept on the device where the criterion's own page (answer.js) keeps it, too. Without this script the table is a plain form. */
import { Draft, Timer, WaitingButton, forget, hasStorage, reloadWhenRestored, sameValues, showDraft, unixLines } from "./drafts.js";

function start(form) {
  const bar = document.getElementById("save-state");
  const words = bar.dataset;
  const NAMES = ["choice", "rationale", "target_level"];

  class Row {
    constructor(element) {
      this.element = element;
      this.address = element.dataset.address;
      this.draft = new Draft(form.dataset.user, this.address, this.address);
      this.timer = new Timer(() => this.save());
      this.title = element.querySelector("th a").textContent.trim();
      this.field = (name) => element.querySelector(`[name$="-${name}"]`);
      this.decides = "conflict" in element.dataset; /* two versions are shown: the person decides, by the button */
      this.confirmed = "unsaved" in element.dataset || this.decides ? null : this.values();
      this.inFlight = false;
      this.stopped = false;
      this.note = null;
    }

    values() {
      const result = Object.fromEntries(NAMES.map((name) => [name, unixLines(this.field(name).value)]));
      return { ...result, target_date: this.element.dataset.date };
    }

    /* Whether a draft holds what the table has no field for, typed on the criterion's own page: there it waits. */
    hasRest(draft) {
      const fields = Object.entries(draft.values).filter(([name]) => !NAMES.includes(name));
      return fields.some(([name, value]) => value && value !== (name === "target_date" ? this.element.dataset.date : ""));
    }

    keep() {
      if (this.isConfirmed()) this.draft.forget();
      else this.draft.write(this.values());
    }

    isConfirmed() {
      return this.confirmed !== null && sameValues(this.values(), this.confirmed);
    }

    tell(text, failed, ...more) {
      if (!this.note) {
        this.note = document.createElement("p");
        this.field("choice").closest("td").append(this.note);
      }
      this.note.className = failed ? "save-state save-state--failed" : "save-state";
      if (failed) this.open();
      this.note.replaceChildren(text, ...more);
    }

    /* On a narrow screen the reason is folded away until somebody wants it, or has to see it. */
    open() {
      this.element.querySelector(".answers__opener").open = true;
    }

    changed(event) {
      this.keep();
      if (this.stopped || this.decides) return;
      this.tell(words.changed);
      this.timer.start(event.type === "input" && event.target.matches("textarea") ? 1500 : 100);
    }

    async save(keepalive = false) {
      this.timer.stop();
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
        const answer = await fetch(this.address, { method: "POST", body, redirect: "manual", keepalive });
        this.answered(answer.headers.get("X-Save"), answer.headers.get("X-Version"), await answer.text(), sent);
      } catch {
        this.failed(words.offline);
      }
      this.inFlight = false;
      this.keep();
      if (!this.stopped && NAMES.some((name) => sent[name] !== this.values()[name])) this.timer.start(100); /* typed meanwhile */
      waiting.release();
    }

    failed(text) {
      this.tell(text, true);
      bar.textContent = `${this.title}: ${text}`;
      this.timer.start();
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
      const [draft] = this.draft.others();
      if (!draft) return;
      const now = this.values();
      const differs = NAMES.some((name) => (draft.values[name] || "") !== (now[name] || ""));
      if (!differs) {
        if (this.confirmed === null) this.draft.id = draft.id; /* it came back and is still not stored */
        else if (!this.hasRest(draft)) forget(draft);
        return;
      }
      const panel = document.getElementById("row-draft").content.firstElementChild.cloneNode(true);
      const choice = [...this.field("choice").options].find((option) => option.value === (draft.values.choice || ""));
      const close = () => {
        panel.remove();
        this.field("rationale").focus();
      };
      showDraft(panel, draft, {
        lines: [choice?.text, draft.values.rationale],
        take: () => {
          NAMES.forEach((name) => { this.field(name).value = draft.values[name] || ""; });
          close();
          if (!this.hasRest(draft)) forget(draft);
          this.keep();
          this.timer.start(0);
        },
        drop: () => {
          forget(draft);
          close();
        },
      });
      this.field("rationale").closest("td").append(panel);
      this.open();
    }
  }

  const rows = new Map([...form.querySelectorAll("tr[data-address]")].map((element) => [element, new Row(element)]));
  const rowOf = (event) => rows.get(event.target.closest("tr[data-address]"));
  let leaving = false;
  const waiting = new WaitingButton(form, () => [...rows.values()].some((row) => row.inFlight));

  form.addEventListener("submit", (event) => {
    if (waiting.holds(event)) return;
    leaving = true;
    rows.forEach((row) => {
      row.timer.stop();
      if (row.field("keep_theirs")?.checked) row.draft.forget();
    });
  });
  form.addEventListener("input", (event) => rowOf(event)?.changed(event));
  form.addEventListener("change", (event) => rowOf(event)?.changed(event));
  window.addEventListener("online", () => rows.forEach((row) => row.save()));
  /* Whoever closes the tab or the laptop does not wait for the next pause in typing. */
  document.addEventListener("visibilitychange", () => { if (document.hidden && !leaving) rows.forEach((row) => row.save(true)); });
  reloadWhenRestored();
  rows.forEach((row) => row.offer());
}

const form = document.querySelector("form[data-rows]");
if (form && hasStorage()) start(form); /* a browser without storage: the button saves */
