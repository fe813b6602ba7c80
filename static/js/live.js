// What the server says while one types. A form with data-live="/address" is sent there
// as it stands, a moment after a field was changed; the answer names the parts of the
// page that it replaces. Nothing is decided here. What is typed while the answer is on
// its way stays, and so does the focus.
const PAUSE = 120;

const watch = (form) => {
  const { live, liveOn = "input", liveFields = "", liveNot } = form.dataset;
  const starts = liveFields.split(" ");
  const typed = new Map(); // since the last time the form was sent
  const pending = new Map(); // one wait for each field: none is lost to the next
  const said = new Map(); // what each part of the page was last told to say
  let spot = null;

  const heeds = (name) =>
    name && starts.some((start) => name.startsWith(start)) && !(liveNot && name.startsWith(liveNot));

  const send = (name, source) => {
    pending.delete(name);
    const still = source.isConnected ? source : form.elements.namedItem(name);
    htmx.ajax("POST", live, { source: still || form, swap: "none" });
  };

  form.addEventListener("input", ({ target }) => {
    if (target.name && "value" in target) typed.set(target.name, target);
  });

  form.addEventListener(liveOn, ({ target }) => {
    if (!heeds(target.name)) return;
    clearTimeout(pending.get(target.name));
    pending.set(target.name, setTimeout(send, PAUSE, target.name, target));
  });

  form.addEventListener("submit", () => pending.forEach(clearTimeout));
  form.addEventListener("htmx:beforeSend", () => typed.clear());

  // A part that says the same as before is left alone.
  form.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (said.get(target.id) === fragment.innerHTML) event.detail.shouldSwap = false;
    said.set(target.id, fragment.innerHTML);
    const box = document.activeElement?.closest("[id^=div_]");
    const at = box ? [...box.querySelectorAll("input, button")].indexOf(document.activeElement) : -1;
    if (box && target.contains(box)) spot = { id: box.id, at };
  });

  form.addEventListener("htmx:oobAfterSwap", () => {
    for (const [name, old] of typed) {
      const box = form.elements.namedItem(name);
      if (box instanceof HTMLElement && box !== old && box.type === old.type) {
        box.value = old.value;
        box.checked = old.checked;
      }
    }
  });

  // After dates.js has dressed the new fields, which takes the focus from them.
  document.addEventListener("htmx:afterSettle", () => {
    if (!spot || document.activeElement !== document.body) return;
    const box = document.getElementById(spot.id);
    box?.querySelectorAll("input, button")[spot.at]?.focus();
    spot = null;
  });
};

document.querySelectorAll("form[data-live]").forEach(watch);
