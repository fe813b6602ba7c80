// The point map: a view of the table of points. A tap on free skin places a point, a tap
// on a point takes it up, the next tap puts it down; arrow keys move it, + and - change
// its volume, Delete removes it, Ctrl+Z undoes. Everything is written into the fields of
// the table, and the drawing shows what stands there, whoever wrote it.
import { Stage } from "./pointmap/stage.js";
import { MOST, Table } from "./pointmap/table.js";
import { ml, nameOf, stateOf, stepped } from "./pointmap/words.js";

const UNDOABLE = 100;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NUDGE = 0.01; // of the picture's width, down as well as across
const OUTSIDE = "outside the outline: place points on the skin";

class PointMap {
  constructor(root) {
    this.root = root;
    this.form = root.closest("form");
    this.table = new Table(root.querySelector("#points"), this.form);
    this.stages = [...root.querySelectorAll("figure[data-view]")].map((each) => new Stage(each, this));
    this.history = [];
    this.current = null; // the number of the point last touched
    this.armed = false; // whether the next tap puts it down
    this.#find();
    this.#listen();
    this.show(this.stages.find((stage) => this.table.readAll().some((p) => stage.shows(p))));
    this.draw();
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  #find() {
    const names = ["says", "views", "current", "current-name", "current-volume", "landmark", "undo", "zoom"];
    this.parts = Object.fromEntries(names.map((name) => [name, this.#part(name)]));
  }

  #listen() {
    this.root.addEventListener("click", (event) => this.#clicked(event));
    this.root.addEventListener("keydown", (event) => this.#typed(event));
    this.root.addEventListener("focusin", ({ target }) => {
      const mark = target.closest(".mark");
      if (mark && Number(mark.dataset.number) !== this.current) this.#touch(Number(mark.dataset.number));
    });
    this.table.root.addEventListener("input", ({ target }) => this.#edited(target));
    // The server may have written the rows anew, without those placed meanwhile. Where
    // another number was typed meanwhile, its rows are on their way.
    let before = null;
    this.form.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
      if (detail.target === this.table.root) before = this.table.readAll();
    });
    document.addEventListener("htmx:afterSettle", () => {
      if (!before) return;
      const isTheirNumber = Number(this.form.elements.points_count.value) === before.length;
      const placed = isTheirNumber ? before.slice(this.table.rows.length) : [];
      placed.forEach((row) => this.table.add(row));
      before = null;
      this.draw();
    });
  }

  say(text) {
    this.parts.says.textContent = text;
  }

  // --- What is drawn -----------------------------------------------------------

  get points() {
    return this.table.readAll().map((point, at) => {
      const known = { ...point, number: at + 1, state: stateOf(point) };
      return { ...known, name: nameOf(known) };
    });
  }

  draw() {
    const points = this.points;
    if (this.current > points.length) this.#forget();
    this.table.rows.forEach((row, at) => {
      row.dataset.state = points[at].state;
      row.classList.toggle("is-current", at + 1 === this.current);
    });
    this.stages.forEach((stage) => {
      const here = points.filter((point) => stage.shows(point));
      stage.draw(here, this);
      const count = stage.tab?.querySelector("[data-count]");
      if (count) count.textContent = here.length || "";
    });
    this.#drawCurrent(points[this.current - 1]);
    this.parts.undo.disabled = !this.history.length;
  }

  #drawCurrent(point) {
    const { current, "current-name": name, "current-volume": volume } = this.parts;
    current.hidden = !point;
    if (!point) return;
    name.textContent = `Point ${point.number}, ${point.where || "not placed"}`;
    if (volume) volume.textContent = point.skipped ? "skipped" : ml(point.given || point.planned);
    current.classList.toggle("is-armed", this.armed);
  }

  show(stage = this.stages[0]) {
    this.stage = stage;
    this.stages.forEach((each) => {
      each.figure.hidden = each !== stage;
      each.tab = this.root.querySelector(`[data-shows="${each.figure.id}"]`);
      each.tab?.setAttribute("aria-pressed", each === stage);
    });
  }

  // --- What is changed -----------------------------------------------------------

  #remember() {
    this.history.push(this.table.readAll());
    if (this.history.length > UNDOABLE) this.history.shift();
  }

  #touch(number, { armed = false } = {}) {
    this.current = number;
    this.armed = armed;
    this.draw();
  }

  #forget() {
    this.current = null;
    this.armed = false;
  }

  get #row() {
    return this.table.rows[this.current - 1];
  }

  // Put a point on the drawing: the current one, the first that lies nowhere, a new one.
  #put(stage, { x, y }, row, said) {
    if (!stage.body.contains({ x, y })) {
      this.say(`Not ${said.toLowerCase()}: ${OUTSIDE}.`);
      return false;
    }
    this.#remember();
    const place = { view: stage.view, side: stage.side, x: x.toFixed(4), y: y.toFixed(4) };
    const values = { ...place, where: stage.body.regionAt({ x, y }), confirmed: true };
    const target = row ?? this.table.add();
    if (!target) {
      this.history.pop();
      this.say(`${MOST} points are the most there can be.`);
      return false;
    }
    this.table.write(target, values);
    if (this.stage !== stage) this.show(stage);
    this.#touch(this.table.rows.indexOf(target) + 1);
    this.say(`${said}: ${this.points[this.current - 1].name}`);
    this.table.tell(target, "x", "y");
    return true;
  }

  #place(stage, place) {
    const row = this.table.rows.find((each) => this.table.read(each).x === "");
    return this.#put(stage, place, row, "Placed");
  }

  #nudge(dx, dy, times = 1) {
    const { view, x, y } = this.table.read(this.#row);
    const stage = this.stages.find((each) => each.shows(this.table.read(this.#row)));
    if (!view || !stage) return;
    const step = NUDGE * times;
    const place = { x: Number(x) + dx * step, y: Number(y) + dy * step * (300 / stage.body.height) };
    if (this.#put(stage, place, this.#row, "Moved")) stage.follow(place);
  }

  #volume(way) {
    const { planned, given, skipped } = this.table.read(this.#row);
    if (planned === undefined || skipped) return;
    this.#remember();
    const part = given ? "given" : "planned";
    this.table.write(this.#row, { [part]: stepped(given || planned, way), confirmed: true });
    this.draw();
    this.say(this.points[this.current - 1].name);
    this.table.tell(this.#row, part);
  }

  #skip() {
    const { skipped } = this.table.read(this.#row);
    this.#remember();
    this.table.write(this.#row, skipped ? { skipped: false } : { skipped: true, given: "" });
    this.draw();
    this.say(this.points[this.current - 1].name);
    this.table.tell(this.#row, "given", "skipped");
  }

  #remove(row) {
    const number = this.table.rows.indexOf(row) + 1;
    const isFocused = document.activeElement?.closest(".mark");
    this.#remember();
    this.table.remove(row);
    const next = Math.min(number, this.table.rows.length);
    this.#forget();
    this.current = next || null;
    this.draw();
    this.say(`Point ${number} removed, ${this.table.rows.length} left.`);
    this.table.tellCount();
    this.#focusAfter(isFocused, next);
  }

  #focusAfter(onDrawing, number) {
    if (!number) this.parts.landmark.focus();
    else if (onDrawing) this.stage.focus(number);
    else this.table.rows[number - 1].querySelector("[data-delete]")?.focus();
  }

  undo() {
    const before = this.history.pop();
    if (!before) return this.say("Nothing to undo.");
    const undone = this.table.readAll();
    this.table.restore(before);
    this.armed = false;
    this.draw();
    this.say("Undone.");
    const differs = (row, at) => JSON.stringify(before[at]) !== JSON.stringify(undone[at]);
    this.table.rows.filter(differs).forEach((row) => this.table.tell(row, "x", "y"));
    this.table.tellCount();
  }

  #edited(field) {
    if (this.table.isTelling) return; // drawn already
    const row = field.closest("tr[data-point]");
    if (row && field.name?.startsWith("planned_")) this.table.write(row, { confirmed: true });
    this.draw();
  }

  // --- What the drawing was asked ----------------------------------------------------

  tappedSkin(stage, place) {
    if (!this.armed) return this.#place(stage, place);
    return this.#put(stage, place, this.#row, "Moved");
  }

  tappedPoint(stage, number) {
    this.#touch(number, { armed: !(this.armed && number === this.current) });
    const { name } = this.points[number - 1];
    this.say(this.armed ? `${name}. Tap where it belongs.` : name);
  }

  unclear(stage, place, numbers) {
    stage.zoomTo(place);
    this.#drawZoom();
    this.say(`Points ${numbers.join(" and ")} are close together: enlarged. Tap again.`);
  }

  dragged(stage, number, place) {
    if (place) this.#put(stage, place, this.table.rows[number - 1], "Moved");
    this.draw();
  }

  // --- Buttons and keys ----------------------------------------------------------------

  #clicked({ target }) {
    const button = target.closest("button");
    const act = button && Object.keys(button.dataset).find((name) => name in this.#acts);
    if (act) this.#acts[act](button);
  }

  #acts = {
    shows: ({ dataset }) => this.show(this.stages.find(({ figure }) => figure.id === dataset.shows)),
    undo: () => this.undo(),
    zoom: () => this.#zoom(),
    more: () => this.#volume(1),
    less: () => this.#volume(-1),
    skip: () => this.#skip(),
    nudge: ({ dataset }) => this.#nudge(...ARROWS[dataset.nudge]),
    remove: () => this.#remove(this.#row),
    delete: (button) => this.#remove(button.closest("tr")),
    move: (button) => this.#takeUp(button.closest("tr")),
    addAt: () => this.#addAt(this.parts.landmark.selectedOptions[0]),
  };

  #zoom() {
    const at = this.current && this.table.read(this.#row);
    const place = at && this.stage.shows(at) ? { x: Number(at.x), y: Number(at.y) } : { x: 0.5, y: 0.5 };
    this.stage.zoomTo(this.stage.isZoomed ? null : place);
    this.#drawZoom();
    this.say(this.stage.isZoomed ? "Twice as large. Drag to see the rest." : "The whole drawing.");
  }

  #drawZoom() {
    this.parts.zoom.setAttribute("aria-pressed", this.stage.isZoomed);
  }

  // From the table: to be moved by arrows, by a tap, or to a landmark.
  #takeUp(row) {
    const point = this.table.read(row);
    const stage = this.stages.find((each) => each.shows(point));
    if (stage) this.show(stage);
    this.#touch(this.table.rows.indexOf(row) + 1, { armed: true });
    if (stage) stage.focus(this.current);
    else this.parts.landmark.focus();
    this.say(`${this.points[this.current - 1].name}. Arrow keys, a tap or a landmark move it.`);
  }

  #addAt(option) {
    const { view, side, x, y } = option?.dataset ?? {};
    const stage = this.stages.find((each) => each.view === view && each.side === side);
    if (!stage) return this.say("Choose a landmark first.");
    const place = { x: Number(x), y: Number(y) };
    return this.armed ? this.#put(stage, place, this.#row, "Moved") : this.#place(stage, place);
  }

  #typed(event) {
    const { key, target } = event;
    const undo = (event.ctrlKey || event.metaKey) && key.toLowerCase() === "z";
    if (undo && !target.matches("input, textarea")) {
      event.preventDefault();
      return this.undo();
    }
    const mark = target.closest(".mark");
    if (!mark || event.ctrlKey || event.metaKey || event.altKey) return null;
    const done = this.#keyed(key, event.shiftKey, Number(mark.dataset.number));
    if (done) event.preventDefault();
    return done;
  }

  #keyed(key, isShifted, number) {
    const numbers = [...this.stage.marks.keys()].sort((a, b) => a - b);
    const at = numbers.indexOf(number);
    const goTo = { PageDown: at + 1, PageUp: at - 1, Home: 0, End: numbers.length - 1 }[key];
    this.current = number;
    if (ARROWS[key]) this.#nudge(...ARROWS[key], isShifted ? 5 : 1);
    else if (goTo !== undefined) this.stage.focus(numbers[goTo]);
    else if (key === "+" || key === "=") this.#volume(1);
    else if (key === "-") this.#volume(-1);
    else if (key === "Delete" || key === "Backspace") this.#remove(this.#row);
    else if (key === "Enter" || key === " ") this.tappedPoint(this.stage, number);
    else if (key === "Escape") this.#touch(number);
    else return false;
    return true;
  }
}

document.querySelectorAll("[data-pointmap]").forEach((root) => new PointMap(root));
