/* Rows are drawn to another place by their handle; dropped, the row's own form says which place it takes, as its buttons do. */
const lists = document.querySelectorAll("ol:has(> .sortable .sortable__buttons)");

function start(list) {
  let dragged = null;
  const clear = () => list.querySelectorAll(".sortable--over").forEach((row) => row.classList.remove("sortable--over", "sortable--below"));
  const isBelow = (row, event) => {
    const box = row.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  };

  list.querySelectorAll(":scope > .sortable").forEach((row) => {
    const handle = row.querySelector(".sortable__handle");
    handle.hidden = false;
    /* Only by the handle, so that text in the row can still be marked. */
    handle.addEventListener("pointerdown", (event) => { row.draggable = event.pointerType === "mouse"; });
    row.addEventListener("pointerup", () => { row.draggable = false; });
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      row.classList.add("sortable--dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.id);
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("sortable--dragged");
      row.draggable = false;
      dragged = null;
      clear();
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      clear();
      if (row === dragged) return;
      row.classList.add("sortable--over");
      row.classList.toggle("sortable--below", isBelow(row, event));
    });
    row.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      if (row === dragged) return;
      const others = [...list.children].filter((other) => other !== dragged);
      const place = others.indexOf(row) + (isBelow(row, event) ? 1 : 0) + 1;
      const form = dragged.querySelector(".sortable__buttons");
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "platz", value: place });
      form.append(field);
      form.requestSubmit();
    });
  });
}

lists.forEach(start);
