// The words of the pages themselves, in Vietnamese and English, as the server wrote them into the
// page; those of a questionnaire come with it, in as many languages as it has.
const WORDS = JSON.parse(document.getElementById("words").textContent);
const FIRST = "vi";

let chosen = document.documentElement.lang in WORDS ? document.documentElement.lang : FIRST;

export const language = () => chosen;
// The language of the page's own words: that of the questionnaire, or Vietnamese where it is neither.
export const pageLanguage = () => (chosen in WORDS ? chosen : FIRST);

export function t(key, values = {}) {
  const text = WORDS[pageLanguage()][key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const has = (words) => Boolean(words?.[FIRST]);

// A text of the questionnaire; one that the language lacks is told in Vietnamese, and says so.
export function say(words, { plain = false } = {}) {
  if (!has(words)) return "";
  if (words[chosen]) return words[chosen];
  if (plain) return words[FIRST];
  const other = document.createElement("span");
  other.lang = FIRST;
  other.textContent = words[FIRST];
  return other;
}

export function speak(code) {
  chosen = code;
  document.documentElement.lang = code;
  document.getElementById("languages").setAttribute("aria-label", t("languages"));
  for (const one of document.querySelectorAll("[data-t]")) {
    one.textContent = t(one.dataset.t);
    one.lang = pageLanguage();
  }
}

const NUMBER = { vi: "vi-VN", en: "en-GB" };
export function day(iso) {
  return new Date(iso).toLocaleString(NUMBER[pageLanguage()], {
    timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric",
    hour: "2-digit", minute: "2-digit",
  });
}
