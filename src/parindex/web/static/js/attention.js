// What must be read first ([data-focus]: error summary, conflict) takes the focus when it comes,
// and a link of the summary goes into its field.
const attend = (root) => root.querySelector?.("[data-focus]")?.focus();
if (!location.hash) attend(document);
document.addEventListener("htmx:afterSwap", (event) => attend(event.detail.target));
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const place = document.getElementById(link.hash.slice(1));
  const field = place?.matches("input, select, textarea") ? place : place?.querySelector("input, select, textarea");
  if (!field) return;
  event.preventDefault();
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});
