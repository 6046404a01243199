// A final act waits for its words: [data-confirm-words] opens [data-confirm-button] of its form.
const plain = (text) => text.normalize("NFC").trim().replace(/\s+/g, " ").toLocaleLowerCase("vi");

function check(input) {
  const button = input.form?.querySelector("[data-confirm-button]");
  if (button) button.disabled = plain(input.value) !== plain(input.dataset.confirmWords);
}
const checkAll = () => document.querySelectorAll("[data-confirm-words]").forEach(check);
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-confirm-words]")) check(event.target);
});
checkAll();
document.addEventListener("htmx:load", checkAll);
