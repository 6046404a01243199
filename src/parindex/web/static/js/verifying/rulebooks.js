// The round and its rulebooks: their form, what their values may be, and what is computed from.
import { compare, decimal, steps, sum, ofSteps } from "./fractions.js";
import {
  above0, day, digits, isMapping, keys, listOf, mappingOf, name, no, number, oneOf, text,
} from "./shapes.js";

const ROUND = "normal/round.json";
const BOOKS = "normal/rulebooks.json";

const round = keys({
  schema: oneOf("parindex.round/1"), round: name, index: name, year: name, reference_date: day,
  stages: listOf(name), final_from: listOf(name), incomplete: oneOf("refuse", "zero"), groups: listOf(name),
});

// What is carried along and enters no computation has its form too.
const words = keys({ vi: text }, { en: text });
const law = keys({ basis: text, at: text });
const basis = keys({ id: name, vi: text, issued: day }, { en: text });
const example = (value, where, say) => keys({ points: number }, Object.fromEntries(
  (isMapping(value) ? Object.keys(value) : []).filter((key) => key !== "points").map((key) => [key, text]),
))(value, where, say);
const over100 = oneOf("allowed");
const RULES = {
  options: keys({ shape: text, points: mappingOf(number) }),
  bands: keys(
    { shape: text, on: oneOf("ratio", "value", "count"), steps: listOf(keys({ from: number, points: number })) },
    { over_100: over100 },
  ),
  ratio: keys({ shape: text, full_at: above0 }, { zero_below: number, over_100: over100 }),
  deduction: keys({ shape: text, each: above0, floor: number }),
  given: keys({ shape: text }),
};
function rule(value, where, say) {
  const shape = isMapping(value) ? value.shape : undefined;
  const form = typeof shape === "string" && Object.hasOwn(RULES, shape) ? RULES[shape] : null;
  return form === null ? no(say, "value", `${where}.shape`, Object.keys(RULES).join(" | "), shape) : form(value, where, say);
}

const item = keys(
  {
    code: name, id: name, name: words, max_points: above0, rule, law,
    evidence: oneOf("required", "optional", "none"),
    source: oneOf("appraisal", "external", "survey", "index", "dossiers"),
  },
  {
    appraiser: text, if_none_due: oneOf("zero", "full", "not_applicable"), zero_if: words,
    examples: listOf(example),
  },
);
const criterionOfItems = keys({ code: name, name: words, items: listOf(item) }, { max_points: above0 });
const criterion = (value, where, say) =>
  (isMapping(value) && Object.hasOwn(value, "items") ? criterionOfItems : item)(value, where, say);
function when(value, where, say) {
  const form = isMapping(value) && Object.hasOwn(value, "zero_item") ? { zero_item: text } : { area_index_below: number };
  return keys(form)(value, where, say);
}

const rulebook = keys(
  {
    schema: oneOf("parindex.rulebook/1"), issuer: text, index: text, group: text, tier: text, year: text,
    revision: text, status: oneOf("official", "template"), title: words, legal_basis: listOf(basis),
    policies: keys({
      points_decimals: digits, index_decimals: digits, rank_on: oneOf("published", "exact"),
      ties: oneOf("share_best", "dense"), not_applicable: oneOf("renormalise", "renormalise_within_area", "award_max"),
    }),
    classes: listOf(keys({ id: name, name: words, from: number })),
    ceilings: listOf(keys({ at_most: text, when })),
    areas: listOf(keys({ code: name, name: words, criteria: listOf(criterion) }, { max_points: above0 })),
  },
  { max_points: above0, adjustments: keys({ bonus_cap: number, deduction_cap: number }) },
);

// Whether both documents have their form; only then may the rest be asked.
export function formed(documents, say) {
  if (!round(documents[ROUND], `${ROUND}: `, say)) return false;
  return keys(Object.fromEntries(documents[ROUND].groups.map((group) => [group, rulebook])))(
    documents[BOOKS], `${BOOKS}: `, say,
  );
}

// What is computed from: the round, and for each group its rulebook with its items in one line.
export function opened(documents, say) {
  const given = documents[ROUND];
  for (const list of ["stages", "final_from", "groups"]) twice(given[list], `${ROUND}: ${list}`, say);
  for (const stage of given.final_from) {
    if (!given.stages.includes(stage)) say("reference", `${ROUND}: final_from`, given.stages.join(" | "), stage);
  }
  const books = new Map(given.groups.map((group) => [group, book(documents[BOOKS][group], group, given, say)]));
  return { ...given, books };
}

function book(given, group, { year, index }, say) {
  const at = (path) => `${BOOKS}: ${group} ${path}`;
  for (const [key, expected] of Object.entries({ year, index, group })) {
    if (given[key] !== expected) say("value", at(key), expected, given[key]);
  }
  const points = Number(given.policies.points_decimals);
  const areas = given.areas.map(({ code, criteria }) => ({ code, items: criteria.flatMap((one) => one.items ?? [one]) }));
  const listed = areas.flatMap((area, place) => area.items.map((one) => ({ ...one, area: place })));
  const bases = given.legal_basis.map((one) => one.id);
  twice(areas.map((one) => one.code), at("areas"), say);
  twice(listed.map((one) => one.code), at("items"), say);
  twice(listed.map((one) => one.id), at("ids"), say);
  twice(bases, at("legal_basis"), say);
  const items = listed.map((one) => openedItem(one, points, bases, (path) => at(`[${one.code}] ${path}`), say));
  maxima(given, at, say);
  return {
    group, items, points,
    index: Number(given.policies.index_decimals),
    rankOn: given.policies.rank_on, ties: given.policies.ties, notApplicable: given.policies.not_applicable,
    caps: given.adjustments ? { bonus: decimal(given.adjustments.bonus_cap), deduction: decimal(given.adjustments.deduction_cap) } : null,
    areas: areas.map(({ code }, place) => ({ code, items: items.filter((one) => one.area === place) })),
    byCode: new Map(items.map((one) => [one.code, one])),
    ...classes(given, items, at, say),
  };
}

function openedItem(given, points, bases, at, say) {
  const maximum = decimal(given.max_points);
  const whole = steps(maximum, points);
  if (compare(maximum, ofSteps(whole, points)) !== 0) say("fine_maximum", at("max_points"), `10^-${points}`, given.max_points);
  if (!bases.includes(given.law.basis)) say("reference", at("law.basis"), bases.join(" | "), given.law.basis);
  const made = openedRule(given.rule, at, say);
  for (const one of [...made.allPoints, ...(given.examples ?? []).map(({ points: earned }) => earned)]) {
    if (compare(decimal(one), maximum) > 0) say("value", at("points"), `≤ ${given.max_points}`, one);
  }
  if (!SUITS[given.source](made)) say("source", at("rule"), given.source, `${made.shape} ${made.on ?? ""}`.trim());
  return {
    code: given.code, source: given.source, area: given.area, maximum, declared: given.max_points, whole, rule: made,
    ofPeople: given.source === "survey" || given.source === "index",
    entered: given.source === "appraisal" || given.source === "external",
    noneDue: given.if_none_due ?? null, guarded: given.zero_if !== undefined,
  };
}

const readsRatio = ({ shape, on }) => shape === "ratio" || (shape === "bands" && on === "ratio");
const SUITS = {
  appraisal: () => true,
  external: () => true,
  survey: readsRatio,
  index: readsRatio,
  dossiers: (made) => readsRatio(made) || (made.shape === "bands" && made.on === "value"),
};
const READS = {
  options: ["option"], given: ["points"], deduction: ["count"], ratio: ["numerator", "denominator", "value"],
  "bands count": ["count"], "bands value": ["value"], "bands ratio": ["numerator", "denominator", "value"],
};

function openedRule(given, at, say) {
  const { shape, on } = given;
  const numbers = (map) => map.map(({ from, points }) => ({ from: decimal(from), points: decimal(points) }));
  const made = {
    shape, on, over100: given.over_100 !== undefined, allPoints: [],
    reads: READS[shape === "bands" ? `bands ${on}` : shape],
  };
  if (shape === "options") {
    made.options = new Map(Object.entries(given.points).map(([option, points]) => [option, decimal(points)]));
    made.allPoints = Object.values(given.points);
  } else if (shape === "bands") {
    made.steps = numbers(given.steps);
    made.allPoints = given.steps.map(({ points }) => points);
    descending(made.steps.map(({ from }) => from), at("steps.from"), say);
    descending(made.steps.map(({ points }) => points), at("steps.points"), say);
  } else if (shape === "ratio") {
    made.fullAt = decimal(given.full_at);
    made.zeroBelow = given.zero_below === undefined ? null : decimal(given.zero_below);
  } else if (shape === "deduction") {
    made.each = decimal(given.each);
    made.floor = decimal(given.floor);
    made.allPoints = [given.floor];
  }
  made.ofRatio = readsRatio(made);
  return made;
}

// Every maximum that is declared is the sum of those below it.
function maxima(given, at, say) {
  const total = (items) => sum(items.map((one) => decimal(one.max_points)));
  const declared = (max, items, path) => {
    if (max !== undefined && compare(decimal(max), total(items)) !== 0) say("sum", at(path), steppedText(total(items)), max);
  };
  const itemsOf = (criteria) => criteria.flatMap((one) => one.items ?? [one]);
  declared(given.max_points, itemsOf(given.areas.flatMap((area) => area.criteria)), "max_points");
  for (const area of given.areas) {
    declared(area.max_points, itemsOf(area.criteria), `[${area.code}] max_points`);
    for (const one of area.criteria) if (one.items) declared(one.max_points, one.items, `[${one.code}] max_points`);
  }
}

const steppedText = ({ n, d }) => (n % d === 0n ? String(n / d) : `${n}/${d}`);

function classes(given, items, at, say) {
  const listed = given.classes.map(({ id, from }) => ({ id, from: decimal(from) }));
  const ids = listed.map((one) => one.id);
  twice(ids, at("classes"), say);
  descending(listed.map((one) => one.from), at("classes"), say);
  if (listed.length && listed.at(-1).from.n !== 0n) say("value", at("classes.from"), "0", given.classes.at(-1).from);
  const codes = new Set(items.map((one) => one.code));
  const ceilings = given.ceilings.map((one) => {
    if (!ids.includes(one.at_most)) say("reference", at("ceilings.at_most"), ids.join(" | "), one.at_most);
    const { zero_item: zeroItem, area_index_below: below } = one.when;
    if (zeroItem !== undefined && !codes.has(zeroItem)) say("reference", at("ceilings.zero_item"), "", zeroItem);
    return { atMost: ids.indexOf(one.at_most), zeroItem, below: below === undefined ? null : decimal(below) };
  });
  return { classes: listed, ceilings };
}

function descending(numbers, where, say) {
  if (numbers.some((one, at) => at > 0 && compare(numbers[at - 1], one) <= 0)) say("order", where);
}

export function twice(texts, where, say) {
  const seen = new Set();
  for (const one of texts) {
    if (seen.has(one)) say("twice", where, "", one);
    seen.add(one);
  }
}
