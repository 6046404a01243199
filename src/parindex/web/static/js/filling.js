// [data-fill="ID"] puts its words into a field: into an empty one, or after what stands there.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  const field = button && document.getElementById(button.dataset.fill);
  if (!field) return;
  const before = field.value.trim();
  if (!before.includes(button.dataset.fillText)) {
    field.value = before ? `${before.replace(/[.;]$/, "")}; ${button.dataset.fillText}` : button.dataset.fillText;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
