// The theme a person chose: kept in a cookie, so that the server sets it before anything is drawn.
const root = document.documentElement;
root.dataset.script = "yes";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice] button");
  if (!button) return;
  const theme = button.value;
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const one of button.parentElement.children) {
    one.setAttribute("aria-pressed", String(one === button));
  }
});
