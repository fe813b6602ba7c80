// Minutes go on between two answers of the server: how long somebody has waited, and
// where in the day we are. Both count on from what the server said: this computer's
// clock may be wrong. Without this they are as when the page was made.
const LONG_WAIT = 15;
const MINUTE = 60_000;
const live = document.getElementById("live");
let madeAt = Date.now();

const waits = () => {
  const since = Math.floor((Date.now() - madeAt) / MINUTE);
  for (const spot of live.querySelectorAll("[data-waited]")) {
    const waited = Number(spot.dataset.waited) + since;
    const text = `${waited} min`;
    if (spot.textContent !== text) spot.textContent = text;
    spot.classList.toggle("is-long", waited >= LONG_WAIT);
  }
};

const rowOf = (grid, minute) =>
  [...grid.querySelectorAll("th[data-minute]")].findLast(
    (head) => Number(head.dataset.minute) <= minute && minute < Number(head.dataset.minute) + 10,
  );

const line = () => {
  const grid = live.querySelector(".dy-grid[data-now]");
  if (!grid) return;
  const minute = Number(grid.dataset.now) + (Date.now() - madeAt) / MINUTE;
  const head = rowOf(grid, minute);
  let mark = live.querySelector(".now-line");
  if (!head) return mark?.remove();
  if (!mark) {
    mark = document.createElement("div");
    mark.className = "now-line";
    mark.setAttribute("aria-hidden", "true");
    grid.after(mark);
    grid.dataset.lined = "";
  }
  const row = head.parentElement;
  if (!row.classList.contains("is-now")) {
    const old = grid.querySelector("tr.is-now");
    const word = old?.querySelector(".now-word");
    old?.classList.remove("is-now");
    row.classList.add("is-now");
    if (word) head.append(" ", word);
  }
  const part = (minute - Number(head.dataset.minute)) / 10;
  mark.style.top = `${row.offsetTop + part * row.offsetHeight}px`;
  mark.style.width = `${grid.offsetWidth}px`;
};

const tick = () => {
  waits();
  line();
};

if (live) {
  tick();
  setInterval(tick, 10_000);
  addEventListener("resize", line);
  live.addEventListener("toggle", line, true);
  live.addEventListener("htmx:afterSwap", () => {
    madeAt = Date.now();
    tick();
  });
  // The hour that matters is in sight; whoever has scrolled is left alone.
  const pane = document.getElementById("pane");
  const now = pane?.querySelector("tr.is-now");
  if (now && pane.scrollTop === 0) pane.scrollTop = Math.max(0, now.offsetTop - 160);
}
