// Puts a button "Copy" beside each value that is there to be copied.  Without script a click on the value selects all of it.
for (const value of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) {
    break;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet small";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${value.dataset.copy}`);
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value.textContent);
    button.textContent = "Copied";
    said.textContent = `${value.dataset.copy} copied`;
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  value.after(button, said);
}
