// Files dropped or chosen: named with their size, sent one by one with progress where the drop
// has data-action; each that arrived lets the drop say "received", which htmx can listen to.
const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
const language = document.documentElement.lang || "vi";
const size = (n) => new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  .format(n < 1_048_576 ? n / 1024 : n / 1_048_576) + (n < 1_048_576 ? " KB" : " MB");

function line(drop, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const state = document.createElement("span");
  name.textContent = `${file.name} (${size(file.size)})`;
  state.className = "muted";
  item.append(name, state);
  drop.querySelector("ul").append(item);
  return { item, say: (words) => { state.textContent = words; } };
}

function send(drop, input, file) {
  const { item, say } = line(drop, file);
  if (drop.dataset.limit && file.size > Number(drop.dataset.limit)) return say(drop.dataset.tooBig);
  if (!drop.dataset.action) return undefined;
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", file.name);
  item.append(progress);
  say(drop.dataset.sending);
  const request = new XMLHttpRequest();
  request.open("POST", drop.dataset.action);
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
  request.setRequestHeader("HX-Request", "true");
  request.upload.onprogress = (event) => { if (event.lengthComputable) progress.value = event.loaded / event.total; };
  request.onloadend = () => {
    progress.remove();
    const plain = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    if (request.status >= 200 && request.status < 300) {
      say(drop.dataset.sent);
      drop.dispatchEvent(new CustomEvent("received", { bubbles: true }));
    } else say(plain && request.responseText ? request.responseText : drop.dataset.failed);
  };
  const form = new FormData();
  form.append(input.name, file);
  request.send(form);
  return undefined;
}

document.addEventListener("change", (event) => {
  const drop = event.target.type === "file" && event.target.closest("[data-drop]");
  if (!drop) return;
  if (!drop.dataset.action) drop.querySelector("ul").replaceChildren();
  for (const file of event.target.files) send(drop, event.target, file);
  if (drop.dataset.action) event.target.value = "";
});
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("over", type === "dragenter" || type === "dragover");
    const input = drop.querySelector("input[type=file]");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
