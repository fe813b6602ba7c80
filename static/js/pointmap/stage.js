// One drawing on the page with its discs: shows them, says where it was tapped, zooms.
import { Body } from "./body.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HIT = 24; // px around a disc's middle that count as a tap on it
const DRAG = 8; // px that a finger may tremble

const shape = (name, attributes, ...children) => {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
};

const makeMark = () =>
  shape(
    "g",
    { class: "mark", role: "button", tabindex: "-1" },
    shape("circle", { class: "hit" }),
    shape("circle", { class: "ring", r: "13" }),
    shape("circle", { class: "disc", r: "9" }),
    shape("path", { class: "cross", d: "M-8-8 8 8M-8 8 8-8" }),
    shape("text", { y: "4" }),
  );

const set = (element, name, value) => {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
};

export class Stage {
  constructor(figure, handlers) {
    this.figure = figure;
    this.view = figure.dataset.view;
    this.side = figure.dataset.side;
    this.title = figure.dataset.title;
    this.svg = figure.querySelector("svg");
    this.layer = this.svg.querySelector(".marks");
    this.body = new Body(this.svg);
    this.handlers = handlers;
    this.zoom = 1;
    this.corner = { x: 0, y: 0 };
    this.marks = new Map(); // number → {element, x, y}
    this.layer.replaceChildren();
    this.svg.addEventListener("click", (event) => this.#tapped(event));
    this.svg.addEventListener("pointerdown", (event) => this.#pressed(event));
    new ResizeObserver(() => this.#sizeHits()).observe(this.svg);
  }

  shows(point) {
    return point.view === this.view && point.side === this.side && point.x !== "" && point.y !== "";
  }

  // Draw the points that lie here: [{number, x, y, state, name}].
  draw(points, { current, armed }) {
    const gone = new Set(this.marks.keys());
    for (const { number, x, y, state, name } of points) {
      gone.delete(number);
      const element = this.#mark(number);
      this.marks.set(number, { element, x: Number(x), y: Number(y) });
      set(element, "transform", `translate(${x * WIDTH} ${y * this.body.height})`);
      set(element, "data-state", state);
      set(element, "aria-label", name);
      set(element, "aria-pressed", armed && number === current);
      element.classList.toggle("is-current", number === current);
    }
    for (const number of gone) {
      this.marks.get(number).element.remove();
      this.marks.delete(number);
    }
    // One stop of the Tab key: the current disc, or the first.
    const stop = this.marks.has(current) ? current : Math.min(...this.marks.keys());
    this.marks.forEach(({ element }, number) => set(element, "tabindex", number === stop ? 0 : -1));
  }

  #mark(number) {
    const known = this.marks.get(number)?.element;
    if (known) return known;
    const made = makeMark();
    made.dataset.number = number;
    made.lastChild.textContent = number;
    made.firstChild.setAttribute("r", this.hit ?? 14);
    const next = [...this.layer.children].find((each) => Number(each.dataset.number) > number);
    this.layer.insertBefore(made, next ?? null);
    return made;
  }

  focus(number) {
    this.marks.get(number)?.element.focus({ preventScroll: true });
  }

  // --- Zoom ------------------------------------------------------------------

  get isZoomed() {
    return this.zoom > 1;
  }

  // Show twice as much of the place around (x, y), or all of it.
  zoomTo(at) {
    this.zoom = at ? 2 : 1;
    this.#lookAt(at ?? { x: 0.5, y: 0.5 });
    this.svg.classList.toggle("is-zoomed", this.isZoomed);
    this.#sizeHits();
  }

  // Keep a place in sight while it is moved.
  follow({ x, y }) {
    const [left, top] = [x - this.corner.x, y - this.corner.y];
    const near = (part) => part < 0.06 || part > 0.44;
    if (this.isZoomed && (near(left) || near(top))) this.#lookAt({ x, y });
  }

  #lookAt({ x, y }) {
    const span = 1 / this.zoom;
    const clamp = (middle) => Math.min(1 - span, Math.max(0, middle - span / 2));
    this.corner = { x: clamp(x), y: clamp(y) };
    const { corner, body, zoom } = this;
    const box = [corner.x * WIDTH, corner.y * body.height, WIDTH / zoom, body.height / zoom];
    this.svg.setAttribute("viewBox", box.map((part) => part.toFixed(1)).join(" "));
  }

  get #pixelsPerUnit() {
    return this.svg.getScreenCTM()?.a || 1;
  }

  #sizeHits() {
    if (!this.svg.clientWidth) return;
    this.hit = (HIT / this.#pixelsPerUnit).toFixed(1);
    this.layer.querySelectorAll(".hit").forEach((circle) => set(circle, "r", this.hit));
  }

  // --- Fingers and mice --------------------------------------------------------

  #placeOf({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return { x: x / WIDTH, y: y / this.body.height };
  }

  // The discs under a finger, nearest first: [{number, away}], in px.
  #under({ x, y }) {
    const scale = this.#pixelsPerUnit;
    return [...this.marks]
      .map(([number, mark]) => {
        const across = (mark.x - x) * WIDTH;
        const down = (mark.y - y) * this.body.height;
        return { number, away: Math.hypot(across, down) * scale };
      })
      .filter(({ away }) => away <= HIT)
      .sort((a, b) => a.away - b.away);
  }

  #tapped(event) {
    if (this.dragged) {
      this.dragged = false;
      return;
    }
    // Where the finger came down: for a click, browsers pull it towards what is near.
    const place = this.#placeOf(this.pressedAt ?? event);
    const [nearest, second] = this.#under(place);
    const unclear = second && second.away - nearest.away < DRAG && !this.isZoomed;
    if (unclear) this.handlers.unclear(this, place, [nearest.number, second.number]);
    else if (nearest) this.handlers.tappedPoint(this, nearest.number);
    else this.handlers.tappedSkin(this, place);
  }

  #pressed(event) {
    this.dragged = false;
    this.pressedAt = { clientX: event.clientX, clientY: event.clientY };
    const number = this.#under(this.#placeOf(event))[0]?.number;
    if (event.button !== 0 || (!number && !this.isZoomed)) return;
    const from = { x: event.clientX, y: event.clientY };
    const middle = { x: this.corner.x + 0.25, y: this.corner.y + 0.25 };
    const away = (to) => Math.hypot(to.clientX - from.x, to.clientY - from.y);
    const start = this.#placeOf(event);
    const was = number && this.marks.get(number);
    let place = null;

    const moved = (to) => {
      if (!place && away(to) < DRAG) return;
      if (!place) this.svg.setPointerCapture(event.pointerId);
      const now = this.#placeOf(to);
      if (number) {
        place = { x: was.x + now.x - start.x, y: was.y + now.y - start.y };
        const at = `translate(${place.x * WIDTH} ${place.y * this.body.height})`;
        was.element.setAttribute("transform", at);
      } else {
        const scale = this.#pixelsPerUnit;
        place = {
          x: middle.x - (to.clientX - from.x) / scale / WIDTH,
          y: middle.y - (to.clientY - from.y) / scale / this.body.height,
        };
        this.#lookAt(place);
      }
    };
    const done = (to) => {
      ["pointermove", "pointerup", "pointercancel"].forEach((name, at) =>
        this.svg.removeEventListener(name, at ? done : moved),
      );
      this.dragged = Boolean(place) && to.type === "pointerup";
      if (place && number) this.handlers.dragged(this, number, this.dragged ? place : null);
    };
    this.svg.addEventListener("pointermove", moved);
    this.svg.addEventListener("pointerup", done);
    this.svg.addEventListener("pointercancel", done);
  }
}
