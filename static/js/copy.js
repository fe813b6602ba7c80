// A button beside a box copies what is in it. Without this, the box is selected and
// copied by hand.
const announce = document.getElementById("announce");

const copy = async (box) => {
  box.focus();
  box.select();
  try {
    await navigator.clipboard.writeText(box.value);
    return true;
  } catch {
    // No permission, or no https: the older way.
    return document.execCommand("copy");
  }
};

for (const button of document.querySelectorAll("button[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const label = button.querySelector("span");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = (await copy(box)) ? "Copied" : "Selected: copy it with Ctrl C";
    label.textContent = said;
    if (announce) announce.textContent = said;
  });
}
