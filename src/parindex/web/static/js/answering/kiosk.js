// A tablet at a counter: a slip's code, the questions, thanks, and then nobody was here. Answers
// are held in memory alone; the page is loaded anew for each person, and after nobody touched it.
import { arrive, fill, h } from "./dom.js";
import { isWhole, newNumber, normal, takeFromAddress } from "./codes.js";
import { post } from "./posting.js";
import { settle } from "./questionnaire.js";
import { Visit, pageLanguages } from "./visit.js";
import { t } from "./words.js";

// The tablet's own key, which the manager gave it.
const KEY = "quay";
const IDLE = 90;
const WARNED = 20;
const THANKS = 12;

const root = document.getElementById("answering");
let device = "";
let visit = null;
// Seconds since somebody touched it; null while there is nothing to forget.
let idle = null;

export function start() {
  const given = takeFromAddress();
  if (given) localStorage.setItem(KEY, given);
  device = localStorage.getItem(KEY) ?? "";
  for (const name of ["pointerdown", "keydown", "input"]) addEventListener(name, touched, true);
  addEventListener("contextmenu", (event) => event.preventDefault());
  // The way back of the browser leads nowhere: the buttons of the page do.
  history.pushState(null, "");
  addEventListener("popstate", () => history.pushState(null, ""));
  setInterval(tick, 1000);
  if (device) welcome();
  else askForKey();
}

function touched() {
  if (idle === null) return;
  idle = 0;
  document.getElementById("idle").hidden = true;
}

function tick() {
  if (idle === null) return;
  idle += 1;
  const left = IDLE + WARNED - idle;
  if (idle >= IDLE) {
    const box = document.getElementById("idle");
    box.hidden = false;
    box.querySelector("p").textContent = t("idle_left", { n: Math.max(left, 0) });
  }
  if (left <= 0) leave();
}

// Nothing stays: not the answers, not what was typed, not the pages one could go back to.
function leave() {
  visit?.end();
  location.replace(location.pathname);
}

function askForKey(told = "") {
  const input = h("input", { id: "key", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", class: "code" });
  const form = h("form", { novalidate: true, autocomplete: "off" },
    h("div", { class: "question" }, h("label", { for: "key" }, t("kiosk_key")), input),
    h("div", { class: "buttons" }, h("button", { type: "submit" }, t("kiosk_keep"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    device = input.value.trim();
    if (!device) return;
    localStorage.setItem(KEY, device);
    welcome();
  });
  fill(root, h("h1", {}, t("kiosk_unknown")), told && h("p", { class: "error", role: "alert" }, told), h("p", {}, t("kiosk_unknown_about")), form);
  arrive(root, t("kiosk_unknown"));
}

function welcome() {
  idle = null;
  pageLanguages(welcome);
  const begin = () => {
    // Where the browser does not allow it, the flow is the same in a window.
    document.documentElement.requestFullscreen?.().catch(() => {});
    askForCode();
  };
  fill(root, h("div", { class: "end" }, h("h1", {}, t("kiosk_title")), h("p", {}, t("kiosk_about")),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "large", onclick: begin }, t("kiosk_begin")))));
  arrive(root, t("kiosk_title"));
}

function askForCode(told = null, typed = "") {
  idle ??= 0;
  pageLanguages(() => askForCode());
  const input = h("input", {
    id: "code", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "200",
    class: "code", "aria-describedby": "code-hint code-error", "aria-invalid": told ? "true" : null,
  });
  input.value = typed;
  const form = h("form", { novalidate: true, autocomplete: "off" },
    h("div", { class: told ? "question wrong" : "question" },
      h("label", { for: "code" }, t("slip_label")), h("p", { class: "hint", id: "code-hint" }, t("code_hint")),
      h("p", { class: "error", id: "code-error", role: told ? "alert" : null, hidden: !told }, told?.title, " ", told?.lines.join(" ")),
      input),
    h("div", { class: "buttons" }, h("button", { type: "submit" }, t("code_go")),
      h("button", { type: "button", class: "quiet", onclick: leave }, t("kiosk_leave"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = normal(input.value);
    if (isWhole(code)) open(code);
    else askForCode({ title: code ? t("code_short", { n: code.length }) : t("code_none"), lines: [] }, input.value);
  });
  fill(root, h("h1", {}, t("slip_title")), form);
  arrive(root, t("slip_title"));
  input.focus();
}

async function open(code) {
  const draft = { submission: newNumber(), answers: {}, at: null, seconds: 0 };
  const given = await post("/phieu/mo", { code, device });
  if (!given.ok) {
    const unregistered = given.told.problems.some((one) => one.code === "answering.unknown_kiosk");
    if (unregistered) localStorage.removeItem(KEY);
    if (unregistered) return askForKey(given.told.title);
    return askForCode(given.status === 404 ? { title: t("slip_wrong"), lines: [] } : given.told);
  }
  const { questionnaire } = given.body;
  visit = new Visit({
    root, given: given.body, draft, keep: () => {}, moved: () => {}, declined: leave,
    promises: ["promise_free", "promise_secret", "promise_gone"],
    sent: () => send(code, questionnaire, draft),
  });
  visit.begin();
}

async function send(code, questionnaire, { submission, answers, seconds }) {
  const sent = await post("/phieu/gui", { code, device, submission, answers: settle(questionnaire, answers), seconds });
  if (!sent.ok) return sent.told;
  thanks();
  return null;
}

function thanks() {
  visit.end();
  visit = null;
  idle = null;
  setTimeout(leave, THANKS * 1000);
  fill(root, h("div", { class: "end done" }, h("h1", {}, t("done_title")), h("p", {}, t("kiosk_done")),
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: leave }, t("kiosk_close")))));
  arrive(root, t("done_title"));
}
