// Tells the style sheet how high the stuck parts are, so that they never cover the
// focus or a table's head; a long name makes the banner higher.
const root = document.documentElement;

const follow = (selector, property) => {
  const part = document.querySelector(selector);
  if (!part) return;
  new ResizeObserver(() => {
    const stuck = getComputedStyle(part).position === "sticky";
    root.style.setProperty(property, `${stuck ? part.offsetHeight : 0}px`);
  }).observe(part);
};

follow(".banner", "--banner-height");
follow(".action-bar", "--action-height");
