// Good news leaves after five seconds, unless somebody is reading it with the pointer
// or the keyboard. What went wrong stays until it is closed.
const STAYS = 5000;

const remove = (message) => {
  message.classList.add("is-going");
  setTimeout(() => message.remove(), 250);
};

const watch = (message) => {
  message.querySelector("[data-close]")?.addEventListener("click", () => remove(message));
  if (!message.matches(".is-passing")) return;
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => remove(message), STAYS);
  };
  for (const pause of ["pointerenter", "focusin"]) {
    message.addEventListener(pause, () => clearTimeout(timer));
  }
  for (const resume of ["pointerleave", "focusout"]) {
    message.addEventListener(resume, start);
  }
  start();
};

document.querySelectorAll(".message").forEach(watch);
