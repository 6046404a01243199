// <evidence-viewer src=… name=… page=3>: a PDF page by page, inside the page it belongs to.
// Its words come as data attributes (components/viewer.html); without scripts, or where a file
// cannot be opened, the link inside stays. A link with [data-viewer-page] turns to that page.
const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

class EvidenceViewer extends HTMLElement {
  static observedAttributes = ["page", "src"];
  #document = null;
  #task = null;
  #zoom = 1;
  #turn = 0;

  async connectedCallback() {
    if (this.dataset.kind && this.dataset.kind !== "pdf") return;
    this.fallback ??= [...this.childNodes];
    this.#build();
    await this.#open();
  }

  disconnectedCallback() {
    this.#task?.destroy?.();
    this.#document?.loadingTask?.destroy();
    this.#document = null;
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before === after || !this.sheet) return;
    if (name === "src") this.#open();
    else if (this.#document) this.#show();
  }

  get page() { return Math.max(1, Number.parseInt(this.getAttribute("page"), 10) || 1); }
  set page(n) { this.setAttribute("page", String(n)); }

  #button(words, sign, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second small";
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    button.title = words;
    button.addEventListener("click", act);
    return button;
  }

  #build() {
    const { previous, next, page, of, closer, farther, fit } = this.dataset;
    const bar = document.createElement("div");
    bar.className = "bar";
    const label = document.createElement("label");
    this.input = document.createElement("input");
    this.input.inputMode = "numeric";
    this.input.setAttribute("data-no-autosave", "");
    this.input.addEventListener("change", () => this.#go(Number.parseInt(this.input.value, 10) || this.page));
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // inside a form, Enter turns the page and sends nothing
      this.#go(Number.parseInt(this.input.value, 10) || this.page);
    });
    this.total = document.createElement("span");
    label.append(page, this.input, `${of} `, this.total);
    const end = document.createElement("span");
    end.className = "end";
    end.append(...this.fallback.flatMap((node) => [...node.childNodes]).filter((node) => node.nodeName === "A").map((node) => node.cloneNode(true)));
    this.back = this.#button(previous, "‹", () => this.#go(this.page - 1));
    this.forth = this.#button(next, "›", () => this.#go(this.page + 1));
    bar.append(this.back, label, this.forth,
      this.#button(farther, "−", () => this.#scale(-1)), this.#button(closer, "+", () => this.#scale(1)),
      this.#button(fit, "↔", () => { this.#zoom = 1; this.#show(); }), end);
    this.sheet = document.createElement("div");
    this.sheet.className = "sheet";
    this.sheet.tabIndex = 0;
    this.sheet.setAttribute("role", "region");
    this.sheet.setAttribute("aria-label", this.getAttribute("name") ?? "");
    this.sheet.addEventListener("keydown", (event) => this.#key(event));
    this.say = document.createElement("p");
    this.say.className = "say";
    this.say.setAttribute("role", "status");
    this.replaceChildren(bar, this.say, this.sheet);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => this.#go(this.page - 1), PageUp: () => this.#go(this.page - 1),
      ArrowRight: () => this.#go(this.page + 1), PageDown: () => this.#go(this.page + 1),
      Home: () => this.#go(1), End: () => this.#go(this.#document?.numPages ?? 1),
      "+": () => this.#scale(1), "-": () => this.#scale(-1), 0: () => { this.#zoom = 1; this.#show(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #go(n) {
    if (this.#document) this.page = Math.min(Math.max(n, 1), this.#document.numPages);
    this.input.value = this.page;
  }

  #scale(step) {
    const here = STEPS.findIndex((one) => one >= this.#zoom);
    this.#zoom = STEPS[Math.min(Math.max(here + step, 0), STEPS.length - 1)];
    this.#show();
  }

  async #open() {
    this.say.textContent = this.dataset.loading;
    this.say.hidden = false;
    try {
      const library = await import(this.dataset.library);
      library.GlobalWorkerOptions.workerSrc = this.dataset.worker;
      const assets = new URL(this.dataset.assets, document.baseURI).href;
      this.#document = await library.getDocument({
        url: this.getAttribute("src"),
        // The policy of this site admits no WebAssembly and no scripts inside documents.
        useWasm: false, enableXfa: false,
        cMapUrl: `${assets}cmaps/`, cMapPacked: true,
        standardFontDataUrl: `${assets}standard_fonts/`, wasmUrl: `${assets}wasm/`,
      }).promise;
      this.total.textContent = this.#document.numPages;
      this.say.hidden = true;
      await this.#show();
    } catch (error) {
      console.warn(error);
      this.say.textContent = this.dataset.failed;
      this.say.hidden = false;
      this.sheet.replaceChildren(...this.fallback);
    }
  }

  async #show() {
    if (!this.#document) return;
    const turn = ++this.#turn;
    const n = Math.min(this.page, this.#document.numPages);
    const page = await this.#document.getPage(n);
    if (turn !== this.#turn) return;
    const room = Math.min(Math.max(this.sheet.clientWidth - 16, 120), 960);
    const scale = (room / page.getViewport({ scale: 1 }).width) * this.#zoom;
    const dots = Math.min(window.devicePixelRatio || 1, 2);
    const viewport = page.getViewport({ scale: scale * dots });
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    canvas.style.width = `${Math.floor(viewport.width / dots)}px`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${this.dataset.page} ${n} ${this.dataset.of} ${this.#document.numPages}`);
    this.#task?.cancel();
    this.#task = page.render({ canvas, viewport });
    try {
      await this.#task.promise;
    } catch (error) {
      if (error.name === "RenderingCancelledException") return;
      throw error;
    }
    if (turn !== this.#turn) return;
    const words = document.createElement("div");
    words.className = "sr";
    const text = await page.getTextContent();
    words.textContent = `${this.dataset.text}: ${text.items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join("")}`;
    if (turn !== this.#turn) return;
    this.sheet.replaceChildren(canvas, words);
    this.sheet.scrollTop = 0;
    this.input.value = n;
    this.back.disabled = n <= 1;
    this.forth.disabled = n >= this.#document.numPages;
  }
}
customElements.define("evidence-viewer", EvidenceViewer);

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-viewer-page], [data-viewer-src]");
  if (!link) return;
  const viewer = document.getElementById(link.dataset.viewer) ?? document.querySelector("evidence-viewer");
  if (!viewer) return;
  event.preventDefault();
  if (link.dataset.viewerSrc && link.dataset.viewerSrc !== viewer.getAttribute("src")) {
    viewer.setAttribute("page", link.dataset.viewerPage ?? "1");
    viewer.setAttribute("src", link.dataset.viewerSrc);
  } else viewer.page = link.dataset.viewerPage ?? 1;
});
