// A page that others change too: asks every few seconds whether there is news, and
// swaps only its live part. Nothing is decided here; the server says 204 while nothing
// happened, and asking never keeps a sign-in alive.
const EVERY = 8000;
const SEEN = "X-Seen";
const live = document.getElementById("live");
const pageUrl = live?.dataset.livePage;
let timer;
let asking = false;
let isOver = false;
let place = null;
let pressed = null;

// Whoever has opened something in it, or types, is not to be interrupted.
const isBusy = () =>
  asking ||
  isOver ||
  document.hidden ||
  document.querySelector("dialog[open]") ||
  live.querySelector("details[open], .htmx-request") ||
  document.activeElement?.closest("#live input:not([type=hidden]), #live select, #live textarea");

const say = (kind, text) => {
  let box = document.getElementById("live-trouble");
  if (!text) return box?.remove();
  if (!box) {
    box = document.createElement("div");
    box.id = "live-trouble";
    box.setAttribute("role", "alert");
    live.before(box);
  }
  const said = `notice dy-out ${kind}`;
  if (box.className === said) return;
  box.className = said;
  box.replaceChildren(Object.assign(document.createElement("div"), { textContent: text }));
};

const over = () => {
  clearInterval(timer);
  isOver = true;
  say("stop", "You have been signed out. What you see is no longer kept up to date. ");
  const link = Object.assign(document.createElement("a"), { href: "", textContent: "Sign in again" });
  document.getElementById("live-trouble").firstElementChild.append(link);
};

const ask = () => {
  if (isBusy()) return;
  asking = true;
  const seen = live.querySelector("[data-seen]")?.dataset.seen ?? "";
  const headers = { [SEEN]: seen };
  htmx
    .ajax("GET", pageUrl, { source: live, target: live, swap: "innerHTML", headers })
    .finally(() => (asking = false));
};

if (live) {
  timer = setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", () => !document.hidden && ask());

  // An answer that is no page of ours is the page to sign in.
  live.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 204) return;
    if (xhr.status < 400 && xhr.getResponseHeader(SEEN) === null) {
      event.detail.shouldSwap = false;
      over();
      return;
    }
    // It may have been opened while the question was on its way.
    if (asking && live.querySelector("details[open]")) event.detail.shouldSwap = false;
    const pane = document.getElementById("pane");
    place = pane && [pane.scrollLeft, pane.scrollTop];
  });
  live.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (isOver) return;
    if (detail.xhr.status === 403) over();
    else if (detail.successful) say("", "");
    else say("attention", "The clinic’s server does not answer. This page may be out of date.");
  });
  live.addEventListener("htmx:afterSettle", () => {
    const pane = document.getElementById("pane");
    if (pane && place) [pane.scrollLeft, pane.scrollTop] = place;
    place = null;
    if (!pressed) return;
    const said = live.querySelector("[role=alert]");
    if (!said) document.getElementById("announce").textContent = pressed;
    pressed = null;
  });

  // A double click is one step: the button that comes in its place is not meant.
  let last = { at: -Infinity, of: "" };
  live.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button[name=step]");
      if (!button) return;
      const of = button.id; // a step back at once is meant, and another button
      if (event.timeStamp - last.at < 700 && of === last.of) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      last = { at: event.timeStamp, of };
      pressed = button.getAttribute("aria-label");
    },
    true,
  );
}
