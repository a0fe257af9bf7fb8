// Sends the one form of a page that is only there to send it.  Without script its button does the same.
const form = document.querySelector("form[data-submit]");
if (form) {
  form.submit();
}
