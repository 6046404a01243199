// A questionnaire as a page has it: its screens, which questions are asked, what is wrong with an
// answer. The same rules as survey/answers.py, which has the last word when answers arrive.
import { holds } from "../conditions.js";

// More than this on one screen is tiring on a small telephone.
const MOST = 5;
const LONGEST = 5_000;
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g;
const KINDS = {
  integer: [/^-?[0-9]{1,9}$/, "not_whole"],
  decimal: [/^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/, "not_a_number"],
  date: [/^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "not_a_date"],
};

// The day of the telephone, in Viet Nam, as conditions take it.
export const today = () =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Ho_Chi_Minh" }).format(new Date());

export const chooses = (question) => question.kind.startsWith("select_");
export const choicesOf = (content, question) => content.scales?.[question.scale] ?? [];
// Composed letters, no space around, and none of the signs that no keyboard makes.
export const tidy = (text) => text.replace(UNSEEN, "").normalize("NFC").trim();

// The screens, always the same whatever is answered: a section, or an even part of a long one.
// What follows from an answer ("please write") stays beside it.
export function screensOf(content) {
  const screens = [];
  for (const section of content.sections) {
    const groups = [];
    for (const question of section.questions) {
      const last = groups.at(-1);
      if (last && namesIn(question.relevant).some((name) => last.some((one) => one.name === name))) {
        last.push(question);
      } else {
        groups.push([question]);
      }
    }
    const parts = Math.ceil(groups.length / MOST);
    for (let part = 0; part < parts; part += 1) {
      const from = Math.round((groups.length * part) / parts);
      const to = Math.round((groups.length * (part + 1)) / parts);
      screens.push({ section, questions: groups.slice(from, to).flat(), part: part + 1, parts });
    }
  }
  return screens;
}

function namesIn(tree) {
  if (!Array.isArray(tree)) return [];
  if (tree[0] === "answer") return [tree[1]];
  return tree.slice(1).flatMap(namesIn);
}

// What has been answered of what is asked, in order; the answer to a skipped question counts as
// none in every later condition.
export function counted(content, answers, on = today()) {
  const found = Object.create(null);
  for (const section of content.sections) {
    if (!holds(section.relevant ?? null, { answers: found, today: on })) continue;
    for (const question of section.questions) {
      if (holds(question.relevant ?? null, { answers: found, today: on })) {
        found[question.name] = Object.hasOwn(answers, question.name) ? answers[question.name] : "";
      }
    }
  }
  return found;
}

// The answers as they are sent: nothing empty, nothing that was skipped.
export function settle(content, answers, on = today()) {
  const clean = Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, tidy(text)]));
  return Object.fromEntries(Object.entries(counted(content, clean, on)).filter(([, text]) => text));
}

// What is wrong with the answers to some questions: [{ question, code }], one each.
export function faults(content, questions, answers, on = today()) {
  const asked = counted(content, answers, on);
  const found = [];
  for (const question of questions) {
    if (!(question.name in asked) || question.kind === "note") continue;
    const text = tidy(asked[question.name]);
    const code = text ? fault(content, question, text) : question.required && "required";
    if (code) found.push({ question, code });
    else if (text && !holds(question.constraint ?? null, { answers: asked, here: text, today: on })) {
      found.push({ question, code: "constraint" });
    }
  }
  return found;
}

function fault(content, question, text) {
  if (chooses(question)) {
    const known = choicesOf(content, question).map((choice) => choice.code);
    const codes = question.kind === "select_multiple" ? text.split(" ") : [text];
    const sound = codes.every((code) => known.includes(code)) && new Set(codes).size === codes.length;
    return sound ? "" : "required";
  }
  if (question.kind === "text") return text.length > LONGEST ? "too_long" : "";
  const [form, code] = KINDS[question.kind];
  return form.test(text) && (question.kind !== "date" || isDay(text)) ? "" : code;
}

// The 31st of June is no day, whatever a browser makes of it.
function isDay(text) {
  const at = new Date(`${text}T00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
