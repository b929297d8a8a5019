/* No typed word leaves without a word: every form with free text keeps what is typed on this device until the server has stored it,
   offers it again, and warns where it cannot be kept. The answers' own forms (answer.js, table.js, workshop.js) do so by themselves. */
import {
  Draft, Timer, forget, forgetConfirmed, hasStorage, sameValues, sendIds, sentBefore, showDraft, storedDrafts, unixLines,
} from "./drafts.js";

const FREE_TEXT = "textarea, input[type=text], input[type=email], input[type=url], input:not([type])";
const OWN_WAY = "form[data-rows], form[data-ballot], #einschaetzung[hx-post]";
const NOT_KEPT = ["hidden", "password", "file", "submit", "button", "search"];
const AUTOSAVE_DELAY = 1500; /* ms */
const SEVERAL = "\u001f";

const user = document.body.dataset.user;
const forms = [];
let leaving = null; /* by sending this form, which is no loss of its own */

const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !NOT_KEPT.includes(field.type));
const textsOf = (form) => fieldsOf(form).filter((field) => field.matches(FREE_TEXT) && !field.readOnly && !field.closest("[hidden]"));
const hasFile = (form) => [...form.elements].some((field) => field.type === "file" && field.files.length);

function valuesOf(form) {
  const found = {};
  for (const field of fieldsOf(form)) {
    const several = field.matches("select[multiple]") ? [...field.selectedOptions].map((option) => option.value) : null;
    const ticked = ["checkbox", "radio"].includes(field.type) ? (field.checked ? [field.value] : []) : null;
    const values = several || ticked || [unixLines(field.value)];
    found[field.name] = [...(found[field.name] ? [found[field.name]] : []), ...values].join(SEVERAL);
  }
  return found;
}

function fillIn(form, values) {
  for (const field of fieldsOf(form)) {
    if (!(field.name in values)) continue;
    const chosen = values[field.name].split(SEVERAL);
    if (["checkbox", "radio"].includes(field.type)) field.checked = chosen.includes(field.value);
    else if (field.matches("select[multiple]")) [...field.options].forEach((option) => { option.selected = chosen.includes(option.value); });
    else field.value = values[field.name];
  }
}

function unfold(inside) {
  for (let fold = inside.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

class KeptForm {
  constructor(form) {
    this.form = form;
    this.texts = textsOf(form);
    /* What is chosen counts as well where nearly all that somebody does is choosing. */
    this.names = [...new Set(("keepsChoices" in form.dataset ? fieldsOf(form) : this.texts).map((field) => field.name))];
    const path = pathOf(form) + (form.id ? `#${form.id}` : "");
    const keeps = user && hasStorage() && !form.querySelector("input[type=password]");
    this.draft = keeps ? new Draft(user, path) : null;
    this.isFull = false;
    /* A form that came back shows what nobody has stored. */
    this.stored = sentBefore()?.path === path ? {} : this.words();
    form.addEventListener("input", () => this.keep());
    form.addEventListener("change", () => this.keep());
    if (this.draft) this.offer();
    if ("autosave" in form.dataset) this.saveByItself();
  }

  words() { return Object.fromEntries(Object.entries(valuesOf(this.form)).filter(([name]) => this.names.includes(name))); }

  hasNew() { return !sameValues(this.words(), this.stored); }

  keep() {
    if (!this.draft) return;
    try {
      if (this.hasNew()) this.draft.write(valuesOf(this.form));
      else this.draft.forget();
      this.isFull = false;
    } catch { this.isFull = true; /* the device is full: the page warns before it is left */ }
  }

  /* Whether leaving loses something. */
  losesWords() { return hasFile(this.form) || (this.hasNew() && (!this.draft || this.isFull)); }

  send() {
    this.keep();
    this.draft.send(this.form);
  }

  /* A value as its reader knows it: a text as it is, a choice by its label. */
  inWords(name, value) {
    const choice = fieldsOf(this.form).find((field) => field.type === "radio" && field.name === name && field.value === value);
    const label = choice?.labels[0];
    return label ? (label.querySelector(".level-card__title, .scale__name") || label).textContent.trim().replace(/\s+/g, " ") : value;
  }

  offer() {
    const [draft] = this.draft.others();
    if (!draft) return;
    const words = Object.fromEntries(this.names.map((name) => [name, draft.values[name]]));
    if (sameValues(words, this.words())) {
      forget(draft);
      return;
    }
    const panel = document.getElementById("unsaved-offer").content.firstElementChild.cloneNode(true);
    const differs = (name) => name in draft.values && draft.values[name] !== this.stored[name];
    const close = (field = this.texts[0]) => {
      forget(draft);
      panel.remove();
      unfold(field);
      field.focus();
    };
    showDraft(panel, draft, {
      lines: this.names.filter(differs).map((name) => this.inWords(name, draft.values[name])),
      take: () => {
        const [first] = this.names.filter(differs);
        fillIn(this.form, draft.values);
        close(fieldsOf(this.form).find((field) => field.name === first));
        this.texts[0].dispatchEvent(new Event("input", { bubbles: true }));
      },
      drop: () => close(),
    });
    this.form.before(panel);
    unfold(this.form);
  }

  /* A draft of the catalogue saves itself while it is written. */
  saveByItself() {
    const state = this.form.querySelector("[data-save-state]");
    const tell = (text, failed = false) => {
      state.textContent = text;
      state.classList.toggle("save-state--failed", failed);
    };
    let inFlight = false;
    let isStale = false;
    const save = async (keepalive = false) => {
      timer.stop();
      if (inFlight || isStale || leaving || sameValues(valuesOf(this.form), saved)) return;
      const sent = valuesOf(this.form);
      const words = this.words();
      const body = new FormData(this.form);
      body.set("autosave", "1");
      inFlight = true;
      tell(state.dataset.saving);
      try {
        const answer = await fetch(pathOf(this.form), { method: "POST", body, redirect: "manual", keepalive });
        const kind = answer.headers.get("X-Save");
        if (kind === "saved") {
          this.form.elements.version.value = answer.headers.get("X-Version");
          saved = sent;
          this.stored = words;
          if (!leaving) this.keep();
        }
        isStale = kind === "stale";
        tell(kind ? await answer.text() : state.dataset.failed, kind !== "saved" && kind !== "invalid");
        if (!kind) timer.start();
      } catch {
        tell(state.dataset.offline, true);
        timer.start();
      }
      inFlight = false;
      waiting?.();
    };
    let saved = "posted" in document.body.dataset ? {} : valuesOf(this.form);
    let waiting = null;
    const timer = new Timer(() => save());
    const changed = () => {
      if (isStale) return;
      tell(state.dataset.changed);
      timer.start(AUTOSAVE_DELAY);
    };
    this.form.addEventListener("input", changed);
    this.form.addEventListener("change", changed);
    /* A button waits for the save that is under way, or the two would meet as strangers. */
    this.form.addEventListener("submit", (event) => {
      timer.stop();
      if (!inFlight) return;
      event.preventDefault();
      const button = event.submitter;
      waiting = () => { waiting = null; this.form.requestSubmit(button); };
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
  }
}

function listUnsaved(section) {
  const list = section.querySelector("[data-unsaved-list]");
  const item = section.querySelector("template").content.firstElementChild;
  for (const draft of storedDrafts(user)) {
    const row = item.cloneNode(true);
    const link = row.querySelector("a");
    link.href = draft.page || draft.path;
    link.textContent = draft.title || draft.path;
    const texts = Object.values(draft.values).filter((value) => value.length > 2).sort((one, other) => other.length - one.length);
    showDraft(row, draft, {
      /* Whole: the page it was typed on may be gone, and then it stands nowhere else. */
      lines: texts.filter((text, number) => !number || /\s/.test(text)),
      take: () => link.click(),
      drop: () => {
        forget(draft);
        row.remove();
        section.hidden = !list.children.length;
        section.querySelector("h2").focus();
      },
    });
    const button = row.querySelector("[data-draft-drop]");
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${link.textContent}`);
    list.append(row);
  }
  section.hidden = !list.children.length;
}

/* Signing out leaves nothing on the device, and says so where there is something. */
function askBeforeSignOut(event) {
  const own = storedDrafts(user);
  const words = document.getElementById("unsaved-offer").dataset;
  const question = own.length === 1 ? words.signOutOne : words.signOut.replace("#", own.length);
  if (own.length && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  own.forEach(forget);
  leaving = event.target;
}

if (hasStorage()) forgetConfirmed();
function keepForms(root) {
  for (const form of root.querySelectorAll("main form[method=post]")) {
    if (!form.matches(OWN_WAY) && textsOf(form).some((field) => field.type !== "email" && field.name !== "login")) forms.push(new KeptForm(form));
  }
}
keepForms(document);
/* A part that came without the page (dialog.js): what was sent for it is stored by now, and its forms are new. */
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body) return;
  leaving = false;
  if (hasStorage()) forgetConfirmed();
  forms.splice(0, forms.length, ...forms.filter((kept) => kept.form.isConnected));
  keepForms(event.target);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (user && form.matches('[action*="logout"]')) {
    askBeforeSignOut(event);
    return;
  }
  const kept = forms.find((one) => one.form === form);
  const before = sentBefore();
  if (kept?.draft && kept.hasNew()) kept.send();
  else if (before && !form.matches(OWN_WAY) && before.path.split("#")[0] === pathOf(form)) sendIds(form, before.ids, before.path);
  leaving = form;
});
window.addEventListener("pageshow", () => { leaving = null; });
window.addEventListener("beforeunload", (event) => {
  if (!forms.some((form) => form.form !== leaving && form.losesWords())) return;
  event.preventDefault();
  setTimeout(() => { leaving = null; }); /* still here: they stayed */
});
const section = document.getElementById("unsaved");
if (section && user) listUnsaved(section);
