/* Keys of the pages that rate a criterion: Ctrl+Enter saves and goes on (in a dialog or a form beside, it sends that); on the wall, Page Up and Page Down (which presenters
   send) go back and on, and Escape leads out. The digits are answer.js's. */
const way = (name) => document.querySelector(`[data-way="${name}"]`);

function saveAndGoOn(event) {
  const answer = document.getElementById("einschaetzung");
  const dialog = document.querySelector("dialog[open]");
  const form = dialog ? dialog.querySelector("form") : [event.target.form].find((one) => one?.method === "post") ?? answer;
  const button = form === answer ? form?.querySelector('[name="weiter"]') : null;
  if (!form || (form === answer && !button)) return;
  event.preventDefault();
  form.requestSubmit(button);
}

/* Where a page is longer than the screen (zoomed in, say), these keys scroll, as everywhere. */
function leaf(event) {
  const name = { PageUp: "previous", PageDown: "next", Escape: "out" }[event.key];
  const isInUse = document.querySelector("dialog[open], [popover]:popover-open");
  if (!name || isInUse || event.target.matches("textarea, select, input:not([type=radio])")) return;
  if (name !== "out" && document.documentElement.scrollHeight > window.innerHeight + 2) return;
  const link = way(name);
  if (!link) return;
  event.preventDefault();
  link.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) saveAndGoOn(event);
  else if (document.body.classList.contains("wall") && !event.ctrlKey && !event.metaKey) leaf(event);
});

/* Fields that stand among the answer's but belong to another form are no change of the answer. */
const answer = document.getElementById("einschaetzung");
for (const kind of ["input", "change"]) {
  answer?.addEventListener(kind, (event) => {
    if (event.target.form !== answer) event.stopImmediatePropagation();
    /* The tab stays from criterion to criterion: the server draws it. */
    if (event.target.name === "hilfe") document.cookie = `hilfe=${event.target.value}; path=/; SameSite=Lax`;
  }, true);
}

/* On a phone the help is folded, and below what it helps with. */
const help = document.getElementById("hilfe");
const isNarrow = window.matchMedia("(max-width: 59.99rem)");
const fold = () => { help.open = !isNarrow.matches; };
if (help) {
  isNarrow.addEventListener("change", fold);
  fold();
}
