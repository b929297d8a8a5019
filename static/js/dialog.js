/* What belongs to an answer is done in place: a link with data-dialog opens the form of its page in a dialog, and what came of it
   replaces the part of this page that data-dialog names. A form with data-in-place does the same without a dialog. Without this script
   links and forms lead to their pages, which come back to the same spot. */

const parse = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");

/* Counters and drafts start in what is new (app.js, unsaved.js), as they do in what htmx brings. */
const loaded = (part) => part.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));

/* The part of this page as the server has it now; everything around it stays, with what is being typed there. */
async function refresh(id, page) {
  const fresh = page.getElementById(id);
  const here = document.getElementById(id);
  if (!fresh || !here) return false;
  for (const name of ["beside", "marks", id]) {
    const [old, now] = [document.getElementById(name), page.getElementById(name)];
    if (old && now) old.replaceWith(document.importNode(now, true));
  }
  const news = page.querySelector(".save-state__news")?.textContent;
  const state = document.getElementById("save-state");
  if (news && state) {
    state.setAttribute("aria-live", "polite");
    state.replaceChildren(Object.assign(document.createElement("span"), { textContent: news }));
  }
  loaded(document.getElementById(id));
  return true;
}

/* Without a line the browser would leave for its own error page, and take a chosen file along: the page stays, and says so. */
function tellOffline(place) {
  const text = document.getElementById("save-state").dataset.offline;
  const note = Object.assign(document.createElement("p"), { textContent: text, className: "save-state--failed", role: "alert" });
  place.querySelectorAll(":scope > [role=alert]").forEach((old) => old.remove());
  place.prepend(note);
}

/* Sends a form; hands over the page that came back, or null where the session is gone: then the browser sends it. */
async function send(form, submitter) {
  const action = form.getAttribute("action") || location.href;
  try {
    const response = await fetch(action, { method: "POST", body: new FormData(form, submitter) });
    const isAnswer = response.redirected || response.status === 422;
    return isAnswer ? { response, page: await parse(response) } : null;
  } catch { return { isOffline: true }; }
}

const leadsHere = (response) => response.redirected && new URL(response.url).pathname === location.pathname;

function show(dialog, page, address) {
  const form = page.querySelector("main form[method=post]");
  if (!form) return false;
  const title = page.querySelector("h1").textContent.trim().replace(/\s+/g, " ");
  const hints = [...page.querySelectorAll("main > .prose")].map((one) => document.importNode(one, true));
  form.setAttribute("action", form.getAttribute("action") || address);
  dialog.querySelector("[data-dialog-title]").textContent = title;
  dialog.querySelector("[data-dialog-body]").replaceChildren(document.importNode(form, true), ...hints);
  loaded(dialog);
  return true;
}

async function open(link) {
  const dialog = document.getElementById("dialog");
  const address = link.href;
  let page;
  try { page = await parse(await fetch(address)); } catch {
    tellOffline(document.getElementById("save-state"));
    return;
  }
  if (!show(dialog, page, address)) {
    location.assign(address);
    return;
  }
  dialog.dataset.part = link.dataset.dialog;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && document.getElementById("dialog")?.showModal) {
    event.preventDefault();
    open(link);
  }
  if (event.target.closest("[data-dialog-close]")) document.getElementById("dialog").close();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const dialog = form.closest("dialog[data-part]");
  const part = dialog ? dialog.dataset.part : form.dataset.inPlace;
  if (!part || event.defaultPrevented) return;
  event.preventDefault();
  const sent = await send(form, event.submitter);
  if (sent?.isOffline) tellOffline(form);
  else if (sent && leadsHere(sent.response) && await refresh(part, sent.page)) {
    dialog?.close();
    document.querySelector(`#${part} :is(a, button, summary)`)?.focus({ preventScroll: true });
  } else if (!(sent?.response.status === 422 && dialog && show(dialog, sent.page, form.action))) form.submit();
});
