// One person answering at one device: the consent, then the questions. A citizen's page, a kiosk and
// an interview are all this, with what is different about them handed in.
import { Asking } from "./asking.js";
import { arrive, fill, h } from "./dom.js";
import { day, has, language, pageLanguage, say, speak, t } from "./words.js";

const PROMISES = ["promise_free", "promise_secret", "promise_pause"];

export class Visit {
  // `given` is the questionnaire and what is said above it; `draft` has `answers`, `at` (null for the
  // consent), `seconds` and `language`. `sent` sends, and gives what went wrong in words or nothing;
  // `keep`, `moved` and `declined` are told.
  constructor({ root, given, draft, keep, moved, sent, declined, sendWords, promises = PROMISES }) {
    Object.assign(this, { root, given, draft, keep, moved, declined, promises });
    this.timer = setInterval(() => this.tick(), 1000);
    this.asking = new Asking({
      root, content: given.questionnaire, state: draft,
      keep: () => this.keep(),
      moved: (at) => this.moved(at),
      left: () => { this.consent(); this.moved(null); },
      sent, sendWords,
    });
  }

  // Only the time in which the page is looked at.
  tick() {
    if (document.visibilityState === "visible" && this.draft.at !== null) this.draft.seconds += 1;
  }

  end() {
    clearInterval(this.timer);
  }

  languages() {
    const offered = this.given.questionnaire.languages;
    return Object.entries(offered).map(([code, name]) =>
      h("button", {
        type: "button", lang: code, "aria-pressed": String(code === language()),
        onclick: () => { this.draft.language = code; this.keep(); speak(code); this.again(); },
      }, name));
  }

  // The same screen anew, in another language.
  again() {
    const nav = document.getElementById("languages");
    fill(nav, this.languages());
    if (this.draft.at === null) this.consent();
    else this.asking.show();
    nav.querySelector(`[lang="${language()}"]`)?.focus();
  }

  begin() {
    if (this.draft.language) speak(this.draft.language);
    fill(document.getElementById("languages"), this.languages());
    if (this.draft.at === null) this.consent();
    else this.asking.show();
  }

  show(at) {
    this.draft.at = at;
    if (at === null) this.consent();
    else this.asking.show(at);
  }

  consent() {
    this.draft.at = null;
    const { given } = this;
    const agree = () => this.asking.go(this.asking.screens.indexOf(this.asking.open()[0]));
    const words = say(given.questionnaire.title, { plain: true });
    fill(this.root,
      h("h1", {}, t("consent_title")),
      h("p", { class: "lead" }, given.body),
      h("dl", { class: "facts" },
        this.fact("survey", given.title), given.unit && this.fact("rated", given.unit),
        given.service && this.fact("service", given.service),
        this.fact("until", day(given.closes_at))),
      has(given.questionnaire.consent) && h("p", { class: "consent" }, say(given.questionnaire.consent)),
      h("ul", { class: "promises" }, this.promises.map((key) => h("li", {}, t(key)))),
      h("div", { class: "buttons" },
        h("button", { type: "button", onclick: agree }, t(Object.keys(this.draft.answers).length ? "agree_go_on" : "agree")),
        h("button", { type: "button", class: "quiet", onclick: () => this.declined() }, t("decline"))));
    arrive(this.root, `${t("consent_title")} – ${words}`);
  }

  fact(key, text) {
    return h("div", {}, h("dt", {}, t(key)), h("dd", {}, text));
  }
}

// The other languages of the page while there is no questionnaire yet.
export function pageLanguages(shown) {
  const nav = document.getElementById("languages");
  fill(nav, [["vi", "Tiếng Việt"], ["en", "English"]].map(([code, name]) =>
    h("button", {
      type: "button", lang: code, "aria-pressed": String(code === pageLanguage()),
      onclick: () => { speak(code); pageLanguages(shown); shown(); },
    }, name)));
}
