// Two switches in the account menu: colours, and the single keys. Kept in this browser.
const root = document.documentElement;
const keep = (name, value) => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is switched off: the choice holds until the next page.
  }
};

const colours = document.querySelector("[data-switch=colours]");
if (colours) {
  const name = () => {
    colours.lastElementChild.textContent =
      root.dataset.bsTheme === "dark" ? "Light colours" : "Dark colours";
  };
  colours.hidden = false;
  name();
  colours.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    keep("theme", root.dataset.bsTheme);
    name();
  });
}

const shortcut = document.querySelector("[data-switch=shortcut]");
if (shortcut) {
  const name = () => {
    const off = root.dataset.shortcut === "off";
    shortcut.lastElementChild.textContent = `Single keys: ${off ? "off" : "on"}`;
  };
  try {
    root.dataset.shortcut = localStorage.getItem("shortcut") || "on";
  } catch {
    root.dataset.shortcut = "on";
  }
  shortcut.hidden = false;
  name();
  shortcut.addEventListener("click", () => {
    root.dataset.shortcut = root.dataset.shortcut === "off" ? "on" : "off";
    keep("shortcut", root.dataset.shortcut);
    name();
  });
}
