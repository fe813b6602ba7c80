// What is said of a point, in the words of the page.
const SHAPES = { planned: "planned", given: "given", skipped: "skipped", copied: "copied, not confirmed" };

// 0.10 → 0.1 mL
export const ml = (text) => {
  const volume = Number(text.replace(",", "."));
  return text && Number.isFinite(volume) ? `${Number(volume.toFixed(2))} mL` : "";
};

export const stateOf = ({ skipped, given, confirmed }) => {
  if (skipped) return "skipped";
  if (given) return "given";
  return confirmed === false || confirmed === "" ? "copied" : "planned";
};

// Point 3, below the outer ankle bone, 0.1 mL, planned
export const nameOf = (point) => {
  const { number, where, state, given = "", planned } = point;
  const known = planned === undefined ? [] : [ml(given || planned), SHAPES[state]];
  return [`Point ${number}`, where || "not placed", ...known].filter(Boolean).join(", ");
};

const STEP = 5; // hundredths of a mL; below that, one

// The next volume up or down: 0.1 → 0.15, 0.05 → 0.04.
export const stepped = (text, way) => {
  const now = Math.round((Number(text.replace(",", ".")) || 0) * 100);
  const small = way > 0 ? now < STEP : now <= STEP;
  return String(Math.max(1, now + way * (small ? 1 : STEP)) / 100);
};
