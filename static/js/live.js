// What the server says while one types. A form with data-live="/address" is sent there
// as it stands, a moment after a field was changed; the answer names the parts of the
// page that it replaces. Nothing is decided here. What is typed while the answer is on
// its way stays, and so does the focus.
const PAUSE = 120;
const FOCUSABLE = "input, button";
const FIELDS = "input, select, textarea";

// A list that somebody is in gets new options and stays the same box.
const renewed = (target, fragment) => {
  const list = document.activeElement;
  if (!list?.matches("select") || !target.contains(list)) return false;
  const { value } = list;
  list.replaceChildren(...fragment.querySelector("select").options);
  list.value = value;
  return true;
};

const watch = (form) => {
  const { live, liveOn = "input", liveFields = "", liveNot } = form.dataset;
  const starts = liveFields.split(" ");
  const typed = new Map(); // since the last time the form was sent
  const pending = new Map(); // one wait for each field: none is lost to the next
  let spot = null;

  const heeds = (name) =>
    name && starts.some((start) => name.startsWith(start)) && !(liveNot && name.startsWith(liveNot));

  // Sent by the form, not by the field: an answer may have replaced that meanwhile.
  const send = (name) => {
    pending.delete(name);
    const headers = { "HX-Trigger-Name": name };
    // Without a connection nothing is said; the next change asks again.
    htmx.ajax("POST", live, { source: form, headers, swap: "none" })?.catch(() => {});
  };

  form.addEventListener("input", ({ target }) => {
    if (target.name && "value" in target) typed.set(target.name, target);
  });

  const sendSoon = (name) => {
    if (!heeds(name)) return;
    clearTimeout(pending.get(name));
    pending.set(name, setTimeout(send, PAUSE, name));
  };
  form.addEventListener(liveOn, ({ target }) => sendSoon(target.name));

  form.addEventListener("submit", () => pending.forEach(clearTimeout));
  form.addEventListener("htmx:beforeSend", () => typed.clear());

  // A part that says the same as before is left alone, so that it is not read out again
  // and a button is still the one that is being pressed.
  form.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const same = target.innerHTML === fragment.innerHTML;
    if (same && !target.querySelector(FIELDS)) event.detail.shouldSwap = false;
    if (renewed(target, fragment)) event.detail.shouldSwap = false;
    const active = document.activeElement;
    const box = active?.closest("[id^=div_]") ?? (target.contains(active) ? target : null);
    const at = box ? [...box.querySelectorAll(FOCUSABLE)].indexOf(active) : -1;
    if (box && target.contains(box)) spot = { id: box.id, at };
  });

  form.addEventListener("htmx:oobAfterSwap", () => {
    for (const [name, old] of typed) {
      const box = form.elements.namedItem(name);
      if (box instanceof HTMLElement && box !== old && box.type === old.type) {
        box.value = old.value;
        box.checked = old.checked;
        typed.set(name, box);
        sendSoon(name); // a box that is filled from here tells nobody of its change
      }
    }
  });

  // After dates.js has dressed the new fields, which takes the focus from them.
  document.addEventListener("htmx:afterSettle", () => {
    if (document.activeElement !== document.body) spot = null;
    if (!spot) return;
    const back = document.getElementById(spot.id)?.querySelectorAll(FOCUSABLE)[spot.at];
    if (!back) return; // not dressed yet
    back.focus();
    spot = null;
  });
};

document.querySelectorAll("form[data-live]").forEach(watch);
