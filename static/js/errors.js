// A form that came back: the summary takes the focus, its links lead into the field.
const CONTROLS = "input:not([type=hidden]), select, textarea, button";

document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const control = target?.matches(CONTROLS) ? target : target?.querySelector(CONTROLS);
  if (!control) return;
  event.preventDefault();
  // The label belongs into view as well as the box.
  (control.closest(".field") || control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});

// Its autofocus does this, save where the address names a part of the page.
addEventListener("load", () => {
  const summary = document.querySelector(".error-summary");
  if (!summary?.contains(document.activeElement)) summary?.focus();
});

document.addEventListener("htmx:afterSettle", (event) => {
  event.target.querySelector?.(".error-summary")?.focus();
});
