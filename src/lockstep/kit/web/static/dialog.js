// Shows the page that a link with data-dialog leads to in a dialog over this one: of that page, what is marked data-dialog-content,
// under its heading.  Whatever goes wrong, and without script, the link leads to the page itself.
const REFERENCES = ["for", "form", "list", "aria-describedby", "aria-labelledby"];

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  const otherwise = event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || otherwise || link.origin !== location.origin || !window.HTMLDialogElement) {
    return;
  }
  event.preventDefault();
  if (link.getAttribute("aria-busy")) {
    return;
  }
  link.setAttribute("aria-busy", "true");
  const dialog = await made(link.href).catch(() => null);
  link.removeAttribute("aria-busy");
  if (dialog) {
    show(dialog, link);
  } else {
    location.assign(link.href);
  }
});

// The dialog that the page at an address makes; null where it is not what it should be: an error, the log-in page.
async function made(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) {
    return null;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = page.querySelector("[data-dialog-content]");
  const heading = headingOf(page, content);
  if (!content || !heading) {
    return null;
  }
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.tabIndex = -1;
  title.textContent = heading.textContent;
  if (content.contains(heading)) {
    heading.remove();
  }
  apart(content);
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, document.adoptNode(content));
  return dialog;
}

// The first heading inside the content, or the last one before it.
function headingOf(page, content) {
  const all = content ? [...page.querySelectorAll("main :is(h1, h2, h3)")] : [];
  const before = all.filter((one) => one.compareDocumentPosition(content) & Node.DOCUMENT_POSITION_FOLLOWING);
  return all.find((one) => content.contains(one)) ?? before.at(-1);
}

// Names of its own for what both pages may have: a label must lead to the field of the dialog.
function apart(content) {
  for (const element of [content, ...content.querySelectorAll("*")]) {
    if (element.id) {
      element.id = `dialog-${element.id}`;
    }
    for (const name of REFERENCES.filter((one) => element.hasAttribute(one))) {
      const ids = element.getAttribute(name).split(/\s+/).filter(Boolean);
      element.setAttribute(name, ids.map((id) => `dialog-${id}`).join(" "));
    }
  }
}

function show(dialog, opener) {
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-cancel]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  const field = "input:not([type=hidden]), select, textarea";
  (dialog.querySelector(field) ?? dialog.querySelector("h2")).focus();
}

// The browser may keep this page for its Back button: not with an answered question over it.
addEventListener("pagehide", () => document.querySelector("dialog[open]")?.close());
