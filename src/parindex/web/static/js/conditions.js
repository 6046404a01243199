// What a condition of a questionnaire comes to, given the answers: the same trees and the same
// values as survey/conditions/values.py, which says why (docs/reference/questionnaires.md).
const EPOCH_DAY = 86_400_000;
const NUMBER = /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
const DAY = /^([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})$/;
const EDGES = /^[ \t\r\n]+|[ \t\r\n]+$/g;

// Whether a tree holds; null, the absent condition, does. `answers` maps the names of questions
// to texts (several codes separated by spaces), `here` is the answer that is being checked,
// `today` is 2025-12-31.
export function holds(tree, { answers, here = "", today }) {
  return tree === null || truth(value(tree, { answers, here, today }));
}

function value(tree, given) {
  const [name, ...rest] = tree;
  if (name === "number") return Number(rest[0]);
  if (name === "text") return rest[0];
  if (name === "answer") return Object.hasOwn(given.answers, rest[0]) ? given.answers[rest[0]] : "";
  if (name === "this") return given.here;
  if (name === "today") return given.today;
  if (name === "and") return rest.every((one) => truth(value(one, given)));
  if (name === "or") return rest.some((one) => truth(value(one, given)));
  const values = rest.map((one) => value(one, given));
  if (Object.hasOwn(ARITHMETIC, name)) return ARITHMETIC[name](...values.map(number));
  return OTHERS[name](...values);
}

function truth(one) {
  return typeof one === "number" ? one !== 0 && !Number.isNaN(one) : Boolean(one);
}

function number(one) {
  if (typeof one !== "string") return Number(one);
  const text = one.replace(EDGES, "");
  return NUMBER.test(text) ? Number(text) : days(text);
}

function days(text) {
  const found = DAY.exec(text);
  if (!found) return Number.NaN;
  const at = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  // The 31st of June is no day, and not the first of July.
  return new Date(at).toISOString().startsWith(text) ? at / EPOCH_DAY : Number.NaN;
}

function equal(left, right) {
  if (typeof left === "boolean" || typeof right === "boolean") return truth(left) === truth(right);
  if (typeof left === "number" || typeof right === "number") return number(left) === number(right);
  return left === right;
}

function codes(text) {
  return text.split(/[ \t\r\n]+/).filter(Boolean);
}

const ARITHMETIC = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
  neg: (a) => -a,
};
const OTHERS = {
  "=": equal,
  "!=": (a, b) => !equal(a, b),
  true: () => true,
  false: () => false,
  not: (one) => !truth(one),
  selected: (chosen, code) => codes(chosen).includes(code),
  "count-selected": (chosen) => codes(chosen).length,
  "string-length": (text) => text.length,
  date: (day) => day,
};
