// Asks a questionnaire, one group of questions a screen, and shows all answers before they are sent.
// Whoever uses it (a citizen's page, a kiosk, an interviewer's day) keeps the answers and knows what
// comes before and after.
import { arrive, fill, h } from "./dom.js";
import { counted, faults, screensOf } from "./questionnaire.js";
import { build, errorWords, inWords, read, tell } from "./questions.js";
import { has, say, t } from "./words.js";

// Where the answers are checked, after the last screen.
const CHECK = "check";

export class Asking {
  // `state` holds `answers`, `at` (a screen's number or CHECK) and `checked`; it is changed here and
  // handed to `keep` at every answer. `moved(at)` is told of each new screen, `sent()` of the end,
  // `left()` of the way back from the first screen; `sendWords` is what the last button says.
  constructor({ root, content, state, keep, moved, sent, left, sendWords = "send" }) {
    Object.assign(this, { root, content, state, keep, moved, sent, left, sendWords });
    this.screens = screensOf(content);
    this.numbers = new Map(
      content.sections.flatMap((section) => section.questions).map((one, at) => [one.name, `q${at + 1}`]),
    );
  }

  // The screens with something to ask, given the answers so far.
  open() {
    const asked = counted(this.content, this.state.answers);
    return this.screens.filter((screen) => screen.questions.some((one) => one.name in asked));
  }

  show(at = this.state.at) {
    const screen = this.screens[at];
    if (at === CHECK || !screen) this.showCheck();
    else this.showScreen(screen);
  }

  go(at) {
    this.state.at = at;
    this.keep();
    this.moved(at);
    this.show(at);
  }

  // Where one goes from a screen: on to the next; once all was seen, to what is still wrong, or to
  // the list.
  next(screen) {
    const open = this.open();
    const rest = open.slice(open.indexOf(screen) + 1);
    if (!this.state.checked) return rest.length ? this.screens.indexOf(rest[0]) : CHECK;
    const wrong = open.find((one) => faults(this.content, one.questions, this.state.answers).length);
    return wrong ? this.screens.indexOf(wrong) : CHECK;
  }

  back(screen) {
    const open = this.open();
    const at = screen ? open.indexOf(screen) : open.length;
    if (at <= 0) this.left();
    else this.go(this.screens.indexOf(open[at - 1]));
  }

  showScreen(screen) {
    const { section, questions, part, parts } = screen;
    const elements = new Map(questions.map((one) => [one, this.element(one)]));
    const summary = h("div", { class: "error-summary", role: "alert", tabindex: "-1", hidden: true });
    const label = has(section.label) ? say(section.label) : t("questions");
    const form = h("form", { novalidate: true, autocomplete: "off" },
      [...elements.values()],
      h("div", { class: "buttons" },
        h("button", { type: "submit" }, t("next")),
        h("button", { type: "button", class: "quiet", onclick: () => this.back(screen) }, t("back"))));
    fill(this.root, this.progress(screen), summary,
      h("h1", {}, label, parts > 1 && h("span", { class: "part" }, t("part", { part, parts }))), form);
    const take = () => this.take(elements);
    form.addEventListener("input", take);
    form.addEventListener("change", take);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      take();
      const wrong = faults(this.content, questions, this.state.answers);
      if (wrong.length) this.tellAll(summary, elements, wrong);
      else this.go(this.next(screen));
    });
    this.hideSkipped(elements);
    arrive(this.root, this.title(label));
  }

  title(label) {
    return `${typeof label === "string" ? label : label.textContent} – ${t("product")}`;
  }

  element(question) {
    return build(this.content, question, this.numbers.get(question.name), this.state.answers[question.name] ?? "");
  }

  progress(screen) {
    const open = this.open();
    const at = screen ? open.indexOf(screen) + 1 : open.length + 1;
    const all = open.length + 1;
    return h("p", { class: "progress" },
      h("progress", { max: all, value: at, "aria-hidden": "true" }),
      h("span", {}, t("step", { at, all })));
  }

  // What stands on the screen is an answer at once, and kept.
  take(elements) {
    const { answers } = this.state;
    for (const [question, element] of elements) {
      if (question.kind === "note") continue;
      const text = read(element, question);
      if (text) answers[question.name] = text;
      else delete answers[question.name];
      if (element.classList.contains("wrong") && !faults(this.content, [question], answers).length) tell(element, "");
    }
    this.hideSkipped(elements);
    this.keep();
  }

  hideSkipped(elements) {
    const asked = counted(this.content, this.state.answers);
    for (const [question, element] of elements) element.hidden = !(question.name in asked);
  }

  tellAll(summary, elements, wrong) {
    for (const [question, element] of elements) {
      const found = wrong.find((one) => one.question === question);
      if (question.kind !== "note") tell(element, found ? errorWords(found) : "");
    }
    fill(summary, h("h2", {}, t("errors", { n: wrong.length })),
      h("ul", {}, wrong.map((one) => {
        const element = elements.get(one.question);
        const target = element.querySelector("input, textarea");
        const to = (event) => { event.preventDefault(); target.focus(); };
        return h("li", {}, h("a", { href: `#${target.id}`, onclick: to },
          say(one.question.label), ": ", errorWords(one)));
      })));
    summary.hidden = false;
    summary.focus();
    summary.scrollIntoView({ block: "start" });
  }

  showCheck() {
    this.state.checked = true;
    this.keep();
    const asked = counted(this.content, this.state.answers);
    const open = this.open();
    const wrong = open.find((one) => faults(this.content, one.questions, this.state.answers).length);
    const problem = h("div", { class: "error-summary", role: "alert", tabindex: "-1", hidden: true });
    const button = h("button", { type: "button", onclick: () => this.send(button, problem) }, t(this.sendWords));
    fill(this.root, this.progress(null), problem,
      h("h1", {}, t("check_title")), h("p", {}, t("check_about")),
      open.map((screen) => this.summary(screen, asked)),
      wrong && h("p", { class: "error" }, t("check_missing")),
      h("div", { class: "buttons" },
        wrong ? h("button", { type: "button", onclick: () => this.go(this.screens.indexOf(wrong)) }, t("check_go")) : button,
        h("button", { type: "button", class: "quiet", onclick: () => this.back(null) }, t("back"))));
    arrive(this.root, `${t("check_title")} – ${t("product")}`);
  }

  summary(screen, asked) {
    const { section, questions, part, parts } = screen;
    const label = has(section.label) ? say(section.label) : t("questions");
    const shown = questions.filter((one) => one.kind !== "note" && one.name in asked);
    if (!shown.length) return null;
    const about = say(shown[0].label, { plain: true });
    return h("section", { class: "summary" },
      h("h2", {}, label, parts > 1 && h("span", { class: "part" }, t("part", { part, parts }))),
      h("dl", {}, shown.map((one) => h("div", {},
        h("dt", {}, say(one.label)), h("dd", {}, inWords(this.content, one, asked[one.name]))))),
      h("button", { type: "button", class: "quiet", "aria-label": t("change_of", { about }),
        onclick: () => this.go(this.screens.indexOf(screen)) }, t("change")));
  }

  // `sent` gives the words of what went wrong, or nothing; pressed once, it is not pressed again.
  async send(button, problem) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = t("sending");
    problem.hidden = true;
    const told = await this.sent();
    if (!told) return;
    button.removeAttribute("aria-disabled");
    button.textContent = t(this.sendWords);
    fill(problem, h("h2", {}, told.title), told.lines.map((line) => h("p", {}, line)));
    problem.hidden = false;
    problem.focus();
  }
}
