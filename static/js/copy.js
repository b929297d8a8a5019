// Copies the text of a page's text area. Without it the text is selected and copied by hand.
"use strict";
for (const button of document.querySelectorAll("[data-copies]")) {
  const text = document.getElementById(button.dataset.copies);
  const told = document.getElementById(button.dataset.told);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      told.textContent = button.dataset.done;
    } catch {
      text.focus();
      text.select();
      told.textContent = button.dataset.byHand;
    }
  });
}
