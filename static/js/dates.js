// Beside a typed date (data-calendar): a calendar button, and the weekday it means.
// Reads the same words as the server; what it cannot read it leaves to the server.
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const FULL = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const LONG_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const CALENDAR =
  '<svg class="icon" aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"><rect x="3.5" y="5" width="17" height="15.5" rx="1.5"/><path d="M3.5 10h17M8 2.8V6m8-3.2V6"/></svg>';

const make = (year, month, day) => {
  const on = new Date(year, month, day, 12);
  return on.getMonth() === month && on.getDate() === day ? on : null;
};
const ahead = (today, days) =>
  new Date(today.getFullYear(), today.getMonth(), today.getDate() + days, 12);

const monthOf = (word) => {
  if (word === "sept") return 8;
  const short = MONTHS.indexOf(word);
  return short >= 0 ? short : FULL.indexOf(word);
};

const relative = (text, today) => {
  if (text === "today") return ahead(today, 0);
  if (text === "tomorrow") return ahead(today, 1);
  const plus = text.match(/^\+ ?(\d{1,4})$/);
  if (plus) return ahead(today, Number(plus[1]));
  const word = text.replace(/^next /, "");
  const weekday = DAYS.findIndex(
    (day, i) => word === day || word === LONG_DAYS[i].toLowerCase(),
  );
  if (weekday < 0) return null;
  return ahead(today, ((weekday - today.getDay() + 6) % 7) + 1);
};

const absolute = (text, today) => {
  const iso = text.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
  if (iso) return make(+iso[1], iso[2] - 1, +iso[3]);
  const letters = text.match(/^(\d{1,2})[ .-]*([a-z]+)\.?(?:[ -]*(\d{4}))?$/);
  if (!letters) return null;
  const month = monthOf(letters[2]);
  if (month < 0) return null;
  if (letters[3]) return make(+letters[3], month, +letters[1]);
  const midnight = new Date(today.getFullYear(), today.getMonth(), today.getDate());
  for (let year = today.getFullYear(); year < today.getFullYear() + 9; year += 1) {
    const on = make(year, month, +letters[1]);
    if (on && on >= midnight) return on;
  }
  return null;
};

export const readDate = (typed, today = new Date()) => {
  const text = typed.trim().toLowerCase().replace(/\s+/g, " ");
  return relative(text, today) || absolute(text, today);
};

const shown = (on) => {
  const month = MONTHS[on.getMonth()];
  return `${on.getDate()} ${month[0].toUpperCase()}${month.slice(1)} ${on.getFullYear()}`;
};
const iso = (on) =>
  `${on.getFullYear()}-${String(on.getMonth() + 1).padStart(2, "0")}-${String(on.getDate()).padStart(2, "0")}`;

const dress = (field) => {
  if (field.closest(".date-field") || field.readOnly || field.disabled) return;
  const row = document.createElement("div");
  row.className = "date-field";
  const focused = document.activeElement === field; // moving it takes its focus
  field.before(row);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary btn-icon";
  button.setAttribute("aria-label", "Choose from a calendar");
  button.innerHTML = CALENDAR;
  const picker = document.createElement("input");
  picker.type = "date";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const echo = document.createElement("output");
  echo.htmlFor.add(field.id);
  row.append(field, button, picker, echo);
  if (focused) field.focus();

  const tell = () => {
    const on = readDate(field.value);
    if (!on) echo.textContent = "";
    else if (field.value.trim() === shown(on)) echo.textContent = LONG_DAYS[on.getDay()];
    else echo.textContent = `${LONG_DAYS[on.getDay()]} ${shown(on)}`;
  };
  field.addEventListener("input", tell);
  button.addEventListener("click", () => {
    const on = readDate(field.value);
    picker.value = on ? iso(on) : "";
    try {
      picker.showPicker();
    } catch {
      field.focus(); // no calendar in this browser: the field itself takes the date
    }
  });
  picker.addEventListener("change", () => {
    const on = readDate(picker.value);
    if (!on) return;
    field.value = shown(on);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
  tell();
};

const dressAll = (root) => root.querySelectorAll("input[data-calendar]").forEach(dress);
dressAll(document);
document.addEventListener("htmx:load", (event) => dressAll(event.target));
