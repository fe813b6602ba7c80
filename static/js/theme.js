// Loaded first and at once, so that a page never flashes in the other colours.
// The choice made in the account menu wins over what the device asks for.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off: follow the device
    }
  };
  const apply = () => {
    root.dataset.bsTheme = chosen() || (device.matches ? "dark" : "light");
  };
  root.classList.add("js");
  apply();
  device.addEventListener("change", apply);
  addEventListener("storage", apply);
})();
