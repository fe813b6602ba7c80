// Single keys, as listed in the dialog that "?" opens. Each presses the link or button
// that says data-key; one on the page itself is meant before the list's. They can be
// switched off in the account menu (preferences.js).
const root = document.documentElement;
const help = document.getElementById("keys");

const typing = (node) =>
  node.isContentEditable || node.matches("input, textarea, select, dialog, dialog *");

const press = (key) => {
  const at = `[data-key="${CSS.escape(key)}"]`;
  const target = document.querySelector(`main ${at}`) ?? help.querySelector(at);
  target?.click();
  return Boolean(target);
};

if (help) {
  help.querySelector("[data-close]").addEventListener("click", () => help.close());
  help.addEventListener("click", (event) => {
    if (event.target === help) help.close(); // beside it
  });
  document.querySelector("[data-keys-help]")?.addEventListener("click", () => help.showModal());
  document.querySelector("[data-keys-help]")?.removeAttribute("hidden");

  document.addEventListener("keydown", (event) => {
    if (root.dataset.shortcut === "off" || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") help.showModal();
    else if (event.key === "/" || !press(event.key.toLowerCase())) return;
    event.preventDefault();
  });
}
