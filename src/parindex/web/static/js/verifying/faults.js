// What a verifier finds: a code, where, what was expected and what is there. Expectations are written
// in signs and in the specification's own words, so that they are the same in every language.
const MOST = 200;
const LONGEST = 200;

const short = (given) => {
  const text = typeof given === "string" ? given : given === undefined ? "" : JSON.stringify(given) ?? "";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

// Thrown where nothing behind it can be looked at.
export class Fault extends Error {
  constructor(code, where, expected = "", got = "") {
    super(`${where}: ${code}`);
    this.finding = { code, where, expected: short(expected), got: short(got) };
  }
}

// All that was found, the first 200 kept and the rest counted.
export class Findings {
  found = [];
  more = 0;

  say(code, where, expected = "", got = "") {
    if (this.found.length < MOST) this.found.push({ code, where, expected: short(expected), got: short(got) });
    else this.more += 1;
  }

  get count() {
    return this.found.length + this.more;
  }
}
