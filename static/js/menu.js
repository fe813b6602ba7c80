// Menus and the folded rail work without this; here Escape, a click elsewhere and
// leaving by Tab close them, as people expect.
const openOnes = () => document.querySelectorAll("details[data-menu][open]");
const rail = document.querySelector(".rail");
const fold = document.querySelector(".rail-fold");

// The rail is no descendant of its button, but belongs to it.
const holds = (menu, node) =>
  menu.contains(node) || (menu === fold && rail?.contains(node));

document.addEventListener("click", (event) => {
  for (const menu of openOnes()) {
    if (!holds(menu, event.target)) menu.open = false;
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of openOnes()) {
    if (!holds(menu, event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openOnes()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

fold?.addEventListener("toggle", () => {
  if (fold.open) rail.querySelector("a")?.focus();
});
