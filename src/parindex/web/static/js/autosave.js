// <form data-autosave hx-post=… hx-trigger="autosave">: saved a moment after typing, and says so.
// Words stand in [data-saved] (components/saved.html). What the network loses stays in
// sessionStorage and is offered again.
const PAUSE = 800;
const AGAIN = 15_000;
const SELECTOR = "form[data-autosave]";
const forms = new WeakMap();

const about = (form) => {
  if (!forms.has(form)) forms.set(form, { dirty: false, edits: 0, sent: 0, timer: 0 });
  return forms.get(form);
};
const storeKey = (form) => `autosave ${form.dataset.autosave || form.action || location.pathname}`;
const near = (form, selector) =>
  form.querySelector(selector) ?? form.parentElement.querySelector(selector);
const valuesOf = (form) =>
  [...new FormData(form)].filter(([name, value]) =>
    typeof value === "string" && name !== "csrfmiddlewaretoken");

function say(form, state, extra = "") {
  const status = near(form, "[data-saved]");
  if (!status) return;
  status.dataset.state = state;
  const words = status.getAttribute(`data-words-${state}`) ?? "";
  status.querySelector("[data-saved-text]").textContent = extra ? `${words} ${extra}` : words;
  status.querySelector("[data-saved-retry]").hidden = state !== "failed";
}

function keep(form) {
  try {
    const kept = { at: clock(), values: valuesOf(form) };
    sessionStorage.setItem(storeKey(form), JSON.stringify(kept));
  } catch { /* no room: the page itself still holds the words */ }
}

const clock = () => new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" }).format(new Date());

function save(form, pause) {
  const state = about(form);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => { window.htmx?.trigger(form, "autosave"); }, pause);
}

function edited(event) {
  const form = event.target.closest?.(SELECTOR);
  if (!form || event.target.type === "file" || event.target.closest("[data-no-autosave]")) return;
  const state = about(form);
  state.dirty = true;
  state.edits += 1;
  say(form, "unsaved");
  save(form, event.type === "change" ? 100 : PAUSE);
}
document.addEventListener("input", edited);
document.addEventListener("change", edited);

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.(SELECTOR)) return;
  about(form).sent = about(form).edits;
  say(form, "saving");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.(SELECTOR)) return;
  const state = about(form);
  const status = event.detail.xhr?.status ?? 0;
  // These answers are put in place too, which htmx calls successful; nothing was saved by them.
  if (status === 409 || status === 413 || status === 422) {
    say(form, "invalid");
  } else if (event.detail.successful) {
    if (state.sent !== state.edits) return; // something was typed meanwhile: its own save follows
    state.dirty = false;
    sessionStorage.removeItem(storeKey(form));
    say(form, "saved", clock());
  } else {
    keep(form);
    say(form, "failed");
    save(form, AGAIN);
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-saved-retry]")) {
    for (const form of document.querySelectorAll(SELECTOR)) if (about(form).dirty) save(form, 0);
  }
});
addEventListener("online", () => {
  for (const form of document.querySelectorAll(SELECTOR)) if (about(form).dirty) save(form, 0);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches(SELECTOR)) about(event.target).dirty = false;
});
addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll(SELECTOR)) {
    if (!about(form).dirty) continue;
    keep(form);
    event.preventDefault();
  }
});

// What was typed and not saved is offered again, never put in by itself.
function offer(form) {
  const box = near(form, "[data-restore]");
  const kept = JSON.parse(sessionStorage.getItem(storeKey(form)) ?? "null");
  if (!box || !kept || form.dataset.offered) return;
  form.dataset.offered = "yes";
  if (JSON.stringify(kept.values) === JSON.stringify(valuesOf(form))) {
    sessionStorage.removeItem(storeKey(form));
    return;
  }
  box.querySelector("[data-restore-at]").textContent = kept.at;
  box.hidden = false;
  box.querySelector("[data-restore-take]").onclick = () => {
    const values = new Map();
    for (const [name, value] of kept.values) values.set(name, [...(values.get(name) ?? []), value]);
    for (const field of form.elements) {
      const wanted = values.get(field.name);
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = (wanted ?? []).includes(field.value);
      } else if (wanted && field.type !== "file" && field.type !== "submit") field.value = wanted.shift();
    }
    box.hidden = true;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  box.querySelector("[data-restore-drop]").onclick = () => {
    sessionStorage.removeItem(storeKey(form));
    box.hidden = true;
  };
}
const offerAll = () => document.querySelectorAll(SELECTOR).forEach(offer);
offerAll();
document.addEventListener("htmx:load", offerAll);
