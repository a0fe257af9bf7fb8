// Lets the rows of a table be dragged into another order, and sends it.  The buttons of the rows do the same, one place at a time,
// without script and by keyboard; Escape gives up.  A form with data-order names what holds the rows; each row has its number in data-order-id.
for (const form of document.querySelectorAll("form[data-order]")) {
  const body = document.getElementById(form.dataset.order);
  const rows = () => [...body.querySelectorAll(":scope > tr[data-order-id]")];
  const order = () => rows().map((row) => row.dataset.orderId).join(" ");
  const before = rows();
  const numbers = order();
  let dragged = null;

  for (const row of rows()) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.draggable = true;
    grip.title = `Drag ${row.dataset.orderName} to another place`;
    grip.setAttribute("aria-hidden", "true");
    grip.textContent = "⠿";
    row.cells[0].prepend(grip);
    grip.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.orderName);
      event.dataTransfer.setDragImage(row, 0, 0);
      row.classList.add("dragged");
    });
    grip.addEventListener("dragend", (event) => {
      row.classList.remove("dragged");
      dragged = null;
      if (event.dataTransfer.dropEffect === "none") {
        body.append(...before);
      } else if (order() !== numbers) {
        form.elements.order.value = order();
        form.submit();
      }
    });
  }

  body.addEventListener("dragover", (event) => {
    const over = event.target.closest("tr[data-order-id]");
    if (!dragged || !over) {
      return;
    }
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (over !== dragged) {
      over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
    }
  });
  body.addEventListener("drop", (event) => dragged && event.preventDefault());
}
