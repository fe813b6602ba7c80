// The rows of the table of points: the record. The drawing only shows what they say.
// A row is a tr of #points; its fields are named planned_3, x_3 and so on. A page may
// leave out any of them but the place: the editor of templates has no volumes.
export const MOST = 60;
const PARTS = ["planned", "given", "skipped", "view", "side", "x", "y", "note", "confirmed"];
const NUMBERED = ["name", "id", "for", "aria-label", "aria-describedby", "data-number"];

const isTick = (field) => field.type === "checkbox";

// planned_3 → planned_4, id_planned_3_error → id_planned_4_error, Point 3, … → Point 4, …
const renumbered = (text, number) =>
  text.replace(/(_|Point )\d+(?=$|_|,| )/g, `$1${number}`).replace(/^\d+$/, number);

export class Table {
  #cells = new WeakMap();

  constructor(root, form) {
    this.root = root;
    this.form = form;
    this.blank = form.querySelector("template[data-point-row]");
  }

  get rows() {
    return [...this.root.querySelectorAll("tr[data-point]")];
  }

  // The fields of a row, by what they hold.
  cells(row) {
    if (!this.#cells.has(row)) {
      const found = PARTS.map((part) => [part, row.querySelector(`[name^="${part}_"]`)]);
      this.#cells.set(row, Object.fromEntries(found.filter(([, field]) => field)));
    }
    return this.#cells.get(row);
  }

  where(row) {
    return row.querySelector("[data-where]");
  }

  // What a row says: {planned: "0.1", x: "0.31", confirmed: true, …, where: "below …"}.
  read(row) {
    const entries = Object.entries(this.cells(row)).map(([part, field]) => [
      part,
      isTick(field) ? field.checked : field.value.trim(),
    ]);
    return { ...Object.fromEntries(entries), where: this.where(row).textContent.trim() };
  }

  readAll() {
    return this.rows.map((row) => this.read(row));
  }

  write(row, values) {
    const cells = this.cells(row);
    for (const [part, value] of Object.entries(values)) {
      const field = cells[part];
      if (field && isTick(field)) field.checked = value;
      else if (field) field.value = value === true ? "on" : value === false ? "" : value;
    }
    if ("where" in values) this.where(row).textContent = values.where;
  }

  // Let the rest of the page know, as if it had been typed.
  tell(row, ...parts) {
    const cells = this.cells(row);
    parts.forEach((part) => this.#told(cells[part]));
  }

  #told(field) {
    this.isTelling = true;
    field?.dispatchEvent(new Event("input", { bubbles: true }));
    this.isTelling = false;
  }

  tellCount() {
    this.#told(this.root.querySelector("[name=rows]") ?? this.#count);
  }

  // The volume that a new point is planned with.
  get usual() {
    return this.form.elements.volume_per_point_ml?.value.trim() ?? "";
  }

  get #count() {
    return this.form.elements.points_count;
  }

  add(values = {}) {
    const number = this.rows.length + 1;
    if (number > MOST) return null;
    // A row of this number that was kept while the count was typed lower.
    this.root.querySelectorAll(`:scope > input[name$="_${number}"]`).forEach((kept) => kept.remove());
    const row = this.blank.content.firstElementChild.cloneNode(true);
    this.#number(row, number);
    this.root.querySelector("tbody").append(row);
    this.write(row, { planned: this.usual, ...values });
    this.#recount();
    return row;
  }

  remove(row) {
    const later = this.rows.slice(this.rows.indexOf(row) + 1);
    const first = this.rows.indexOf(row) + 1;
    row.remove();
    later.forEach((each, place) => this.#number(each, first + place));
    this.#recount();
  }

  // Make the table say what it said before: as many rows, the same values.
  restore(values) {
    this.rows.slice(values.length).forEach((row) => row.remove());
    while (this.rows.length < values.length && this.add());
    this.rows.forEach((row, place) => this.write(row, values[place]));
    this.#recount();
  }

  #number(row, number) {
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const name of NUMBERED) {
        const value = element.getAttribute(name);
        if (value !== null) element.setAttribute(name, renumbered(value, number));
      }
      if (element.hasAttribute("data-number")) element.textContent = number;
    }
  }

  #recount() {
    const count = this.rows.length;
    for (const field of [this.#count, this.root.querySelector("[name=rows]")]) {
      if (field) field.value = count;
    }
  }
}
