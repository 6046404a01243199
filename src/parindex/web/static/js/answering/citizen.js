// The citizen's page: the code from the letter's QR or typed, what was begun here before, then the
// visit. The telephone's own way back goes back one screen.
import { arrive, fill, h } from "./dom.js";
import { grouped, isWhole, newNumber, normal, takeFromAddress } from "./codes.js";
import * as keeping from "./keeping.js";
import { post } from "./posting.js";
import { settle } from "./questionnaire.js";
import { Visit, pageLanguages } from "./visit.js";
import { t } from "./words.js";

const USED = "fieldwork.used_code";

const root = document.getElementById("answering");
let visit = null;

export function start() {
  const scanned = takeFromAddress();
  addEventListener("hashchange", () => {
    const code = takeFromAddress();
    if (code) open(code);
  });
  addEventListener("popstate", (event) => back(event.state));
  if (scanned) open(scanned);
  else first();
}

function first() {
  visit = null;
  pageLanguages(first);
  const drafts = keeping.begun();
  if (drafts.length) showDrafts(drafts);
  else askForCode();
}

function showDrafts(drafts) {
  fill(root, h("h1", {}, t("begun_title")), h("p", {}, t("begun_about")),
    drafts.map(([code, draft]) => h("section", { class: "card" },
      h("h2", {}, draft.title), draft.unit && h("p", {}, draft.unit),
      h("div", { class: "buttons" },
        h("button", { type: "button", onclick: () => open(code) }, t("begun_go_on")),
        h("button", { type: "button", class: "quiet", onclick: () => remove(code) }, t("begun_remove"))))),
    h("div", { class: "buttons" },
      h("button", { type: "button", class: "quiet", onclick: () => askForCode() }, t("other_code"))));
  arrive(root, `${t("begun_title")} – ${t("product")}`);
}

function remove(code) {
  if (!confirm(t("begun_sure"))) return;
  keeping.forget(code);
  first();
}

function askForCode(told = null, typed = "") {
  pageLanguages(() => askForCode());
  const input = h("input", {
    id: "code", name: "code", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: "60", "aria-describedby": "code-hint code-error", class: "code", "aria-invalid": told ? "true" : null,
  });
  input.value = typed;
  const form = h("form", { novalidate: true, autocomplete: "off" },
    h("div", { class: told ? "question wrong" : "question" },
      h("label", { for: "code" }, t("code_label")),
      h("p", { class: "hint", id: "code-hint" }, t("code_hint")),
      h("p", { class: "error", id: "code-error", hidden: !told }, told?.title),
      input),
    h("div", { class: "buttons" }, h("button", { type: "submit" }, t("code_go"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(input.value);
  });
  fill(root, told && summary(told), h("h1", {}, t("code_title")), h("p", {}, t("code_about")), form);
  arrive(root, `${t("code_title")} – ${t("product")}`);
}

function summary(told) {
  const to = (event) => { event.preventDefault(); document.getElementById("code").focus(); };
  return h("div", { class: "error-summary", role: "alert", tabindex: "-1", "data-focus": true },
    h("h2", {}, h("a", { href: "#code", onclick: to }, told.title)),
    told.lines.map((line) => h("p", {}, line)));
}

function check(typed) {
  const code = normal(typed);
  if (isWhole(code)) open(code);
  else askForCode({ title: code ? t("code_short", { n: code.length }) : t("code_none"), lines: [] }, typed);
}

async function open(code) {
  visit?.end();
  fill(root, h("h1", {}, t("opening")), h("p", { role: "status" }, t("wait")));
  arrive(root, t("opening"));
  const draft = keeping.kept(code) ?? { submission: newNumber(), answers: {}, at: null, seconds: 0 };
  const given = await post("/phieu/mo", { code });
  if (given.ok) begin(code, given.body, draft);
  else if (draft.sending && given.told.problems.some((one) => one.code === USED)) sendAgain(code, draft);
  else refused(code, given);
}

// The code is used, and this device sent something: its answer was lost on its way back, most likely.
async function sendAgain(code, draft) {
  const sent = await post("/phieu/gui", { code, submission: draft.submission, ...draft.sending });
  if (sent.ok) finished(code);
  else if (sent.told.problems.some((one) => one.code === USED)) {
    refused(code, { status: 409, told: { title: t("not_sent_title"), lines: [t("not_sent_about")] } });
  } else refused(code, sent);
}

function refused(code, given) {
  pageLanguages(() => refused(code, given));
  const again = given.status === 0 || given.status === 429 || given.status >= 500;
  if (!again && given.status === 404) return askForCode(given.told, grouped(code));
  fill(root, h("h1", {}, given.told.title), given.told.lines.map((line) => h("p", {}, line)),
    h("div", { class: "buttons" },
      again && h("button", { type: "button", onclick: () => open(code) }, t("try_again")),
      h("button", { type: "button", class: "quiet", onclick: () => askForCode() }, t("other_code"))));
  arrive(root, given.told.title);
}

function begin(code, given, draft) {
  Object.assign(draft, { title: given.title, unit: given.unit, until: given.closes_at });
  const keep = () => {
    draft.touched = Date.now();
    document.getElementById("not-kept").hidden = keeping.keep(code, draft);
  };
  visit = new Visit({
    root, given, draft, keep,
    moved: (at) => history.pushState({ at }, ""),
    sent: () => send(code, given.questionnaire, draft, keep),
    declined: () => declined(code, draft),
  });
  history.replaceState({ at: draft.at }, "");
  visit.begin();
}

async function send(code, questionnaire, draft, keep) {
  // Kept as they are sent: were the answer to this lost on its way, they are sent again as they are.
  draft.sending = { answers: settle(questionnaire, draft.answers), seconds: draft.seconds };
  keep();
  const sent = await post("/phieu/gui", { code, submission: draft.submission, ...draft.sending });
  if (!sent.ok) return sent.told;
  finished(code);
  return null;
}

function back(state) {
  if (visit && state && "at" in state) visit.show(state.at);
}

function finished(code) {
  leave(code);
  end("done_title", "done_about", "done");
}

function declined(code, draft) {
  if (Object.keys(draft.answers).length && !confirm(t("begun_sure"))) return;
  leave(code);
  end("declined_title", "declined_about", "declined");
}

function leave(code) {
  visit?.end();
  visit = null;
  keeping.forget(code);
  history.replaceState(null, "");
}

function end(title, about, mark) {
  pageLanguages(() => end(title, about, mark));
  fill(root, h("div", { class: `end ${mark}` }, h("h1", {}, t(title)), h("p", {}, t(about)), h("p", {}, t("close_page"))));
  arrive(root, `${t(title)} – ${t("product")}`);
}
