// Keys of one letter, only outside of fields and only when switched on:
// [data-key="n"] is pressed by n; rows of [data-list-keys] are walked by j and k; ? tells them all.
const TYPING = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";
const dialog = document.getElementById("keys-dialog");
const switchBox = dialog?.querySelector("[data-keys-on]");
const isOn = () => localStorage.getItem("keys") !== "off";
const shown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

if (switchBox) {
  switchBox.checked = isOn();
  switchBox.addEventListener("change", () => localStorage.setItem("keys", switchBox.checked ? "on" : "off"));
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-list-keys] [data-row]")].filter(shown);
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  next.querySelector("a, button")?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function tell() {
  const list = dialog.querySelector("[data-key-list]");
  list.querySelectorAll("[data-told]").forEach((one) => one.remove());
  const told = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    const { key, keySays } = element.dataset;
    const says = keySays ?? element.textContent.trim();
    if (told.has(key) || key === "/" || !says) continue;
    told.add(key);
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    const cap = document.createElement("kbd");
    cap.textContent = key;
    words.textContent = says;
    term.append(cap);
    term.dataset.told = words.dataset.told = "";
    list.append(term, words);
  }
  dialog.querySelectorAll("[data-of-lists]").forEach((one) => {
    one.hidden = !document.querySelector("[data-list-keys]");
  });
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  if (event.key === "?" && dialog) {
    event.preventDefault();
    tell();
    return;
  }
  if (!isOn()) return;
  if (event.key === "j" || event.key === "k") {
    if (walk(event.key === "j" ? 1 : -1)) event.preventDefault();
    return;
  }
  if (event.key.length !== 1) return;
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find(shown);
  if (!element) return;
  event.preventDefault();
  if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) element.focus();
  else {
    element.focus();
    element.click();
  }
});
