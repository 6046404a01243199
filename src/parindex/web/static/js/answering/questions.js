// Questions as a screen shows them: a group of choices, or a field, each with its own words, its
// own error beside it, and nothing smaller than a thumb.
import { h } from "./dom.js";
import { choicesOf, chooses, tidy } from "./questionnaire.js";
import { has, say, t } from "./words.js";

const FIELDS = {
  integer: { type: "text", inputmode: "numeric", class: "short" },
  decimal: { type: "text", inputmode: "decimal", class: "short" },
  date: { type: "date", class: "short" },
};

export function build(content, question, id, value) {
  if (question.kind === "note") return h("p", { class: "note", "data-question": question.name }, say(question.label));
  return chooses(question) ? group(content, question, id, value) : field(question, id, value);
}

const optional = (question) =>
  question.required ? null : h("span", { class: "optional" }, ` (${t("optional")})`);

function around(question, id) {
  const hint = has(question.hint) && h("p", { class: "hint", id: `${id}-hint` }, say(question.hint));
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  return { hint, error, described };
}

function group(content, question, id, value) {
  const many = question.kind === "select_multiple";
  const taken = many ? value.split(" ") : [value];
  const { hint, error, described } = around(question, id);
  return h("fieldset", { class: "question", id, "data-question": question.name, "aria-describedby": described },
    h("legend", {}, say(question.label), optional(question)),
    many && h("p", { class: "hint" }, t("many")),
    hint, error,
    h("div", { class: "choices" }, choicesOf(content, question).map((choice, at) =>
      h("label", { class: "choice", for: `${id}-${at}` },
        h("input", {
          type: many ? "checkbox" : "radio", id: `${id}-${at}`, name: id, value: choice.code,
          checked: taken.includes(choice.code),
        }),
        h("span", {}, say(choice.label))))));
}

function field(question, id, value) {
  const { hint, error, described } = around(question, id);
  const shape = {
    id: `${id}-field`, name: id, "aria-describedby": described, autocomplete: "off",
    "aria-required": question.required ? "true" : null,
  };
  const input = question.kind === "text"
    ? h("textarea", { ...shape, rows: "3", maxlength: "5000" })
    : h("input", { ...shape, ...FIELDS[question.kind] });
  input.value = value;
  return h("div", { class: "question", id, "data-question": question.name },
    h("label", { for: `${id}-field` }, say(question.label), optional(question)), hint, error, input);
}

// The answer as it stands on the screen, as a text.
export function read(element, question) {
  if (question.kind === "note") return "";
  if (chooses(question)) {
    return [...element.querySelectorAll("input:checked")].map((one) => one.value).join(" ");
  }
  const text = tidy(element.querySelector("input, textarea").value);
  return question.kind === "decimal" ? text.replace(",", ".") : text;
}

// The words of an error, and the same beside the question.
export function tell(element, words) {
  const error = element.querySelector(".error");
  error.hidden = !words;
  error.textContent = words && words[0].toUpperCase() + words.slice(1);
  element.classList.toggle("wrong", Boolean(words));
  const input = element.querySelector(":scope > input, :scope > textarea");
  if (words) input?.setAttribute("aria-invalid", "true");
  else input?.removeAttribute("aria-invalid");
}

export function errorWords({ question, code }) {
  if (code === "constraint" && has(question.message)) return say(question.message, { plain: true });
  if (code === "required" && chooses(question)) return t("error_choose");
  return t(`error_${code}`);
}

// An answer in words, for the list to check.
export function inWords(content, question, text) {
  if (!text) return h("span", { class: "none" }, t("not_answered"));
  if (question.kind === "date") return text.split("-").reverse().join("/");
  if (question.kind === "decimal") return text.replace(".", ",");
  if (!chooses(question)) return text;
  const chosen = choicesOf(content, question).filter((choice) => text.split(" ").includes(choice.code));
  return chosen.flatMap((choice, at) => (at ? ["; ", say(choice.label)] : [say(choice.label)]));
}
