// Elements in a line: h("p", { class: "hint", onclick }, "text", child). Texts stay texts.
export function h(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") one.addEventListener(name.slice(2), value);
    else one.setAttribute(name, value === true ? "" : value);
  }
  one.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return one;
}

export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(Boolean));
}

// The way past the head of the page is a step of the focus and no address: an address behind "#" is
// a code, a tablet's key or a person here.
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});

// A new screen: its title has the focus, so that a screen reader begins there, and nothing is
// scrolled past.
export function arrive(root, title) {
  document.title = title;
  scrollTo(0, 0);
  const heading = root.querySelector("[data-focus]") ?? root.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}
