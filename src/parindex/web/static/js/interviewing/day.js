// The interviewer's day: whom to visit, the interview, what waits to be sent. Everything is read from
// and written to the device; the network is for fetching and sending alone.
import { arrive, fill, h } from "../answering/dom.js";
import { newNumber } from "../answering/codes.js";
import { tell } from "../answering/questions.js";
import { settle } from "../answering/questionnaire.js";
import { Visit, pageLanguages } from "../answering/visit.js";
import { day as moment, pageLanguage, speak, t } from "../answering/words.js";
import { askToKeep, isKept, megabytes, room } from "./device.js";
import { problemWords, synchronise } from "./sync.js";
import * as store from "./store.js";

const EVERY = 60_000;
// In which order people stand in the list, and what is said of each.
const ORDER = ["conflict", "refused", "draft", "todo", "finished", "confirmed", "done"];

const root = document.getElementById("answering");
const notices = document.getElementById("notices");
let visit = null;
let filter = "";
let listed = { rows: [], waves: [] };
// What came of the last attempt to send, and whether one goes on.
let last = {};
let busy = false;
// The interviewer's own language; an interview may be in another.
let own = "vi";

export async function start() {
  addEventListener("hashchange", route);
  addEventListener("popstate", (event) => { if (visit && event.state && "at" in event.state) visit.show(event.state.at); });
  addEventListener("online", () => send(false));
  addEventListener("offline", showTrouble);
  setInterval(() => { if (document.visibilityState === "visible" && navigator.onLine) sendWaiting(); }, EVERY);
  await navigator.serviceWorker?.register("/dieu-tra/sw.js", { scope: "/dieu-tra/" }).catch(() => {});
  await route();
  await askToKeep();
  await send(false);
}

function languages(shown) {
  pageLanguages(() => { own = pageLanguage(); shown(); });
}

async function sendWaiting() {
  const waiting = (await store.own()).interviews.some((one) => one.state === "finished");
  if (waiting && !last.login) await send(false);
}

async function route() {
  visit?.end();
  visit = null;
  document.getElementById("status").textContent = "";
  speak(own);
  const [, view, id] = location.hash.split("/");
  const person = view === "nguoi" ? (await store.own()).people.find((one) => one.id === id) : null;
  if (person) await showPerson(person);
  else await showDay();
}

// ---- what is wrong, above everything

async function showTrouble() {
  const [{ left, low }, { me, interviews }] = [await room(), await store.own()];
  const n = interviews.filter((one) => one.state === "finished").length;
  const found = [];
  if (last.login) {
    const words = me ? t(n ? "log_in_about" : "log_in_again", { n }) : t("log_in_first");
    found.push(h("div", { class: "notice late" }, h("p", {}, words), h("p", {}, h("a", { class: "button", href: last.login }, t("log_in")))));
  }
  if (last.stranger) found.push(notice("stranger"));
  if (low) found.push(notice("low_room", { n: megabytes(left) }, "late"));
  if (last.busy) found.push(notice("server_busy"));
  if (!navigator.onLine || last.offline) found.push(h("p", { class: "offline" }, t("offline")));
  fill(notices, found);
}

const notice = (key, values = {}, more = "") => h("div", { class: `notice ${more}` }, h("p", {}, t(key, values)));

// ---- sending and fetching

async function send(asked = true) {
  if (busy) return;
  busy = true;
  const status = document.getElementById("status");
  const here = location.hash;
  if (asked) status.textContent = t("sync_running");
  try {
    const found = await synchronise(({ at, all }) => { status.textContent = t("sync_at", { at, all }); });
    if (!found.running) last = found;
    const failed = found.login || found.offline || found.busy;
    status.textContent = failed ? "" : t(found.sent ? "sync_done" : "sync_nothing", { n: found.sent });
  } catch (error) {
    status.textContent = t("device_failed", { detail: error?.name ?? "" });
  } finally {
    busy = false;
  }
  await showTrouble();
  const said = status.textContent;
  // Whoever has gone on to something else meanwhile is left at it.
  if (asked && !visit && location.hash === here) await route();
  else await refresh();
  status.textContent = said;
}

// ---- the list

async function showDay() {
  languages(showDay);
  fill(root, h("h1", {}, t("day_title")), h("div", { id: "numbers" }),
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => send() }, t("sync"))),
    h("div", { id: "searching" }), h("div", { id: "lists" }), h("div", { id: "promise" }));
  const numbers = document.getElementById("numbers");
  await refresh();
  if (!numbers.isConnected) return;
  arrive(root, `${t("day_title")} – ${t("product")}`);
  await showTrouble();
}

// What stands in the list, anew; whoever is at something else is left alone.
async function refresh() {
  const numbers = document.getElementById("numbers");
  if (!numbers) return;
  const [{ me, people, interviews }, fetched, waves, promised] = [
    await store.own(), await store.get("kept", "fetched"), await store.all("waves"), await isKept(),
  ];
  // Meanwhile the interviewer may have gone on.
  if (!numbers.isConnected) return;
  const of = statesOf(people, interviews);
  const rows = people.map((one) => ({ ...one, ...of(one) }));
  const count = (...states) => rows.filter((one) => states.includes(one.mark)).length;
  fill(numbers, me && h("p", { class: "status" }, `${me.name} · ${t("fetched", { at: fetched ? moment(fetched.at) : "–" })}`),
    people.length > 0 && h("ul", { class: "counts" },
      number(count("todo"), "count_todo"), number(count("draft"), "count_draft"),
      number(count("finished"), "count_finished"), number(count("confirmed", "done"), "count_confirmed"),
      count("conflict", "refused") > 0 && number(count("conflict", "refused"), "count_trouble")),
    !people.length && h("p", {}, t(me ? "nobody" : "nothing_yet")));
  const searching = document.getElementById("searching");
  if (people.length > 8 && !searching.firstChild) fill(searching, search());
  fill(document.getElementById("promise"), me && !promised && notice("not_promised"));
  listed = { rows, waves };
  fill(document.getElementById("lists"), lists());
}

const number = (n, key) => h("li", {}, h("strong", {}, String(n)), t(key));

function search() {
  const input = h("input", { type: "text", id: "search", autocomplete: "off", oninput: () => {
    filter = input.value;
    fill(document.getElementById("lists"), lists());
  } });
  input.value = filter;
  return h("div", { class: "question" }, h("label", { for: "search" }, t("search")), input);
}

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D").toLowerCase();

function lists() {
  const { rows, waves } = listed;
  const wanted = folded(filter);
  return waves.filter((wave) => rows.some((one) => one.wave === wave.id)).flatMap((wave) => {
    const found = rows.filter((one) => one.wave === wave.id && folded(`${one.name} ${one.address} ${one.dossier}`).includes(wanted));
    found.sort((one, other) => ORDER.indexOf(one.mark) - ORDER.indexOf(other.mark) || one.order - other.order);
    return [h("h2", {}, wave.title), h("ul", { class: "people" }, found.map((one) => h("li", {},
      h("a", { href: `#/nguoi/${one.id}` },
        h("span", { class: "who" }, one.name), h("span", { class: "where" }, one.address),
        h("span", { class: `mark ${one.mark}` }, t(`mark_${one.mark}`)))))),
      h("p", { class: "hint" }, t("odk"), " ", h("code", {}, `${location.origin}/openrosa/${wave.id}`))];
  });
}

// How somebody stands: by the interview that the device holds, else by what the server said.
function statesOf(people, interviews) {
  const by = new Map(interviews.map((one) => [one.invitation, one]));
  return (person) => {
    const held = by.get(person.id) ?? null;
    if (held) return { held, mark: held.state };
    return { held, mark: person.used || person.state !== "invited" && person.state !== "drawn" ? "done" : "todo" };
  };
}

// ---- one person

async function showPerson(person) {
  languages(() => showPerson(person));
  const here = location.hash;
  const [wave, { interviews }] = [await store.get("waves", person.wave), await store.own()];
  if (location.hash !== here || visit) return;
  const { held, mark } = statesOf([person], interviews)(person);
  const asks = mark === "todo" || mark === "draft" || mark === "refused" && !held.outcome;
  fill(root, h("p", {}, h("a", { href: "#/" }, t("to_list"))), h("h1", {}, person.name),
    h("p", {}, h("span", { class: `mark ${mark}` }, t(`mark_${mark}`))),
    h("dl", { class: "facts" },
      fact("address", person.address),
      person.phone && fact("phone", h("a", { href: `tel:${person.phone.replace(/[^+0-9]/g, "")}` }, person.phone)),
      fact("dossier", person.dossier), fact("rated", person.unit), fact("service", person.service)),
    trouble(held),
    asks && h("div", { class: "buttons" },
      h("button", { type: "button", onclick: () => interview(person, wave, held) }, t(mark === "todo" ? "ask" : "ask_on")),
      mark === "todo" && h("button", { type: "button", class: "quiet", onclick: () => showOutcome(person) }, t("not_met"))),
    held && ["conflict", "refused"].includes(held.state) && h("div", { class: "buttons" },
      h("button", { type: "button", onclick: () => again(held) }, t("send_again")),
      h("button", { type: "button", class: "quiet", onclick: () => drop(held) }, t("drop"))));
  arrive(root, `${person.name} – ${t("product")}`);
  await showTrouble();
}

const fact = (key, text) => (text ? h("div", {}, h("dt", {}, t(key)), h("dd", {}, text)) : null);

function trouble(held) {
  if (!held?.told) return null;
  if (held.state === "conflict") return h("div", { class: "notice late" }, h("p", {}, t("conflict_about")));
  return h("div", { class: "notice late" }, h("p", {}, t("refused_about")), problemWords(held.told).map((line) => h("p", {}, line)));
}

async function again(held) {
  await store.put("interviews", { ...held, state: "finished", told: null });
  await send();
}

// Only by hand, only of what the server refused, and only when it is said twice.
async function drop(held) {
  if (!confirm(t("drop_sure"))) return;
  await store.remove("interviews", held.submission);
  location.hash = "#/";
}

// ---- a visit that came to nothing

function showOutcome(person) {
  const choices = ["refused", "unreachable"];
  const reason = h("input", { type: "text", id: "reason", autocomplete: "off", maxlength: "200" });
  const form = h("form", { class: "outcome", novalidate: true },
    h("fieldset", { class: "question" }, h("legend", {}, t("outcome")),
      h("p", { class: "error", hidden: true, role: "alert" }),
      h("div", { class: "choices" }, choices.map((one) => h("label", { class: "choice" },
        h("input", { type: "radio", name: "outcome", value: one }), h("span", {}, t(`outcome_${one}`)))))),
    h("div", { class: "question" }, h("label", { for: "reason" }, t("outcome_reason")), reason),
    h("div", { class: "buttons" }, h("button", { type: "submit" }, t("outcome_keep")),
      h("button", { type: "button", class: "quiet", onclick: () => showPerson(person) }, t("back"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const outcome = form.querySelector("input:checked")?.value;
    tell(form.querySelector("fieldset"), outcome ? "" : t("error_choose"));
    if (!outcome) return;
    const me = await store.get("kept", "me");
    await kept({
      submission: newNumber(), invitation: person.id, wave: person.wave, by: me.id, outcome, state: "finished",
      reason: reason.value.trim() || t(`outcome_${outcome}`),
    });
    location.hash = "#/";
    await send(false);
  });
  fill(root, h("h1", {}, person.name), form);
  arrive(root, `${person.name} – ${t("product")}`);
}

// ---- the interview

async function interview(person, wave, held) {
  const me = await store.get("kept", "me");
  const draft = held ?? {
    submission: newNumber(), invitation: person.id, wave: wave.id, by: me.id, state: "draft",
    answers: {}, at: null, seconds: 0,
  };
  draft.state = "draft";
  draft.told = null;
  const given = { ...wave, unit: person.unit, service: person.service };
  visit = new Visit({
    root, given, draft, sendWords: "finish",
    keep: () => kept(draft),
    moved: (at) => history.pushState({ at }, ""),
    declined: () => { location.hash = "#/"; },
    sent: () => finish(wave, draft),
  });
  history.replaceState({ at: draft.at }, "");
  fill(notices);
  visit.begin();
}

// Whether it is written; where it is not, it says so at once and until it is.
async function kept(row) {
  const warning = document.getElementById("not-kept");
  try {
    await store.put("interviews", structuredClone(row));
    warning.hidden = true;
    return true;
  } catch {
    warning.hidden = false;
    return false;
  }
}

async function finish(wave, draft) {
  const done = { ...draft, state: "finished", sending: settle(wave.questionnaire, draft.answers), ended: new Date().toISOString() };
  if (!(await kept(done))) return { title: t("not_kept_title"), lines: [t("not_kept_field")] };
  visit.end();
  visit = null;
  fill(root, h("div", { class: "end done" }, h("h1", {}, t("finished_title")), h("p", {}, t("finished_about")),
    h("div", { class: "buttons" }, h("a", { class: "button", href: "#/" }, t("to_list")))));
  history.replaceState(null, "");
  arrive(root, t("finished_title"));
  sendQuietly();
  return null;
}

// The next person is waiting: what is on the screen stays as it is.
async function sendQuietly() {
  if (!navigator.onLine || busy) return;
  const found = await synchronise().catch(() => ({}));
  if (!found.running) last = found;
  await showTrouble();
}
