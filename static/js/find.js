// Find a patient from anywhere: Ctrl+K or Cmd+K, "/" outside of fields, or the box in the
// bar open a dialog that finds while one types. Other scripts open it by an event:
//   document.dispatchEvent(new Event("find:open"))
// Without this file the box is a form that leads to /patients/.
const box = document.querySelector("[data-find]");
const dialog = document.querySelector("[data-finder]");
const WAIT = 100; // ms without a key before the server is asked

if (box && dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector(".finder-found");
  const status = dialog.querySelector("[role=status]");
  let timer;
  let asked;
  let answered = null; // the text that the lines below it belong to
  let current = null; // the line that Enter opens

  const rows = () => [...list.querySelectorAll("[role=option]")];

  const choose = (row) => {
    current?.setAttribute("aria-selected", "false");
    current = row ?? null;
    if (current) {
      current.setAttribute("aria-selected", "true");
      current.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", current.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  const show = (html, text) => {
    list.innerHTML = html;
    list.scrollTop = 0;
    answered = text;
    input.setAttribute("aria-expanded", String(rows().length > 0));
    status.textContent = list.querySelector("[data-said]")?.textContent ?? "";
    // Whoever typed means the first line; before that, nobody is meant.
    choose(text.trim() ? rows()[0] : null);
  };

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const text = input.value;
    try {
      const url = `${dialog.dataset.finder}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(url, { signal: asked.signal });
      if (answer.redirected) location.reload(); // signed out meanwhile
      else if (answer.ok) show(await answer.text(), text);
      else throw new Error(answer.status);
    } catch (error) {
      if (error.name === "AbortError") return;
      show("", text);
      status.textContent = "The search does not answer. Press Enter to try the list.";
    }
  };

  const open = (text = "") => {
    if (dialog.open) return input.select();
    input.value = text;
    show("", "");
    answered = null;
    dialog.showModal();
    input.focus();
    ask();
  };

  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const place = current ? all.indexOf(current) + by : by > 0 ? 0 : -1;
    choose(all.at(place % all.length));
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    // Lines that belong to an older text open nobody: the form leads to the list.
    else if (event.key === "Enter" && current && answered === input.value) current.click();
    else return;
    event.preventDefault();
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });

  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asked?.abort();
  });

  box.addEventListener("click", () => open(box.value));
  box.addEventListener("input", () => {
    open(box.value);
    box.value = "";
  });

  document.addEventListener("find:open", () => open());

  const typing = (node) =>
    node.isContentEditable || node.matches("input, textarea, select, dialog *");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const control = event.ctrlKey || event.metaKey;
    const wanted = control
      ? event.key.toLowerCase() === "k" && !event.shiftKey
      : event.key === "/" &&
        document.documentElement.dataset.shortcut !== "off" &&
        !typing(event.target);
    if (!wanted) return;
    event.preventDefault();
    open();
  });
}
