// Ctrl+K anywhere, "/" outside of fields: to the find-a-patient box.
const box = document.querySelector("[data-find]");

const typing = (node) =>
  node.isContentEditable || node.matches("input, textarea, select, dialog *");

document.addEventListener("keydown", (event) => {
  if (!box || event.isComposing || event.altKey) return;
  const control = event.ctrlKey || event.metaKey;
  const wanted = control
    ? event.key.toLowerCase() === "k" && !event.shiftKey
    : event.key === "/" &&
      document.documentElement.dataset.shortcut !== "off" &&
      !typing(event.target);
  if (!wanted) return;
  event.preventDefault();
  box.focus();
  box.select();
});
