// Around allauth's scripts for passkeys: says in the page what they would only tell the console, and offers no way that leads nowhere.

const buttons = document.querySelectorAll("[data-passkey]");
const problem = document.querySelector("[data-passkey-error]");

const known = Boolean(window.PublicKeyCredential);
for (const button of buttons) button.disabled = !known;
for (const place of document.querySelectorAll("[data-passkey-place]")) place.hidden = !known;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  if (!problem) return;
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
});

for (const button of buttons) {
  /* allauth sends its forms by submit(), which tells nobody: what was typed would be held for lost (unsaved.js). */
  if (button.form) button.form.submit = () => button.form.requestSubmit();
  button.addEventListener("click", () => {
    if (problem) problem.hidden = true;
  });
}
