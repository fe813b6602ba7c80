// A form is sent once. The pressed button says what it is doing if that takes longer
// than a blink: data-busy-label="Saving…". Forms that htmx sends are left to htmx.
const BLINK = 150;
const announcer = document.getElementById("announce");
const sent = new Map();

const release = (form) => {
  const { button, was, timer } = sent.get(form) || {};
  clearTimeout(timer);
  if (was) {
    button.replaceChildren(...was);
    button.classList.remove("is-busy");
    button.style.minWidth = "";
  }
  sent.delete(form);
};

const say = (form, button) => {
  const label = button.dataset.busyLabel;
  if (!label) return;
  sent.get(form).was = [...button.childNodes];
  button.style.minWidth = `${button.offsetWidth}px`;
  button.replaceChildren(label);
  button.classList.add("is-busy");
  if (announcer) announcer.textContent = label;
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.target === "_blank") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  const timer = setTimeout(() => button && say(form, button), BLINK);
  sent.set(form, { button, timer });
  // A file that is downloaded leaves the page standing: free the form again.
  if (form.hasAttribute("data-download")) setTimeout(() => release(form), 4000);
});

// Coming back with the browser's Back button must not find a dead form.
addEventListener("pageshow", (event) => {
  if (event.persisted) [...sent.keys()].forEach(release);
});
