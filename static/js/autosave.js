// A form with data-autosave="/address" saves itself a moment after a change, with
// autosave=1 beside its fields; the answer is JSON. What could not be sent is kept in
// this browser under data-autosave-key and sent later; what somebody else stored in the
// meantime is shown beside it, and a person decides. Nothing is overwritten unasked.
const PAUSE = 700;
const RETRY = 10_000;
const NOT_SAVED = new Set(["csrfmiddlewaretoken", "template", "recipe", "scan"]);

const clock = (when) => new Date(when).toTimeString().slice(0, 5);

const autosave = (form) => {
  const { autosave: url, autosaveKey: key } = form.dataset;
  const status = form.querySelector("[data-saved]");
  const conflict = form.querySelector("#conflict");
  const { version, csrfmiddlewaretoken: token } = form.elements;
  let timer = null;
  let keeping = null;
  let sending = false;
  let again = false;
  let stopped = false; // until a person has decided

  const say = (text, kind = "") => {
    status.textContent = text;
    status.dataset.kind = kind;
  };

  const typed = () => [...new FormData(form)].filter(([name]) => !NOT_SAVED.has(name));
  const kept = () => JSON.parse(localStorage.getItem(key) ?? "null");
  const forget = () => localStorage.removeItem(key);
  const keep = (fields, extra = {}) =>
    localStorage.setItem(
      key,
      JSON.stringify({ version: version.value, at: Date.now(), fields, ...extra }),
    );

  const post = (fields) => {
    const body = new FormData();
    fields.forEach(([name, value]) => body.append(name, value));
    body.append("csrfmiddlewaretoken", token.value);
    body.append("autosave", "1");
    return fetch(url, { method: "POST", body, redirect: "manual" });
  };

  const answerOf = async (response) => {
    if (response.type === "opaqueredirect" || response.status === 403) return { out: true };
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return isJson ? response.json() : { failed: true };
  };

  const firstError = (errors) => {
    const [name, [{ message }]] = Object.entries(errors)[0];
    const label = form.elements[name]?.getAttribute?.("aria-label");
    return label ? `${label}: ${message}` : message;
  };

  const button = (text, kind, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn ${kind}`;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  // Both versions, line by line, and two ways on.
  const showConflict = ({ theirs, version: now }, fields) => {
    stopped = true;
    const title = document.createElement("h2");
    title.textContent = "Somebody else saved this visit meanwhile";
    const list = document.createElement("dl");
    for (const [label, text] of theirs) {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = label;
      value.textContent = `stored: ${text}`;
      list.append(term, value);
    }
    const mine = button("Keep what I typed", "btn-primary", async () => {
      const fieldsNow = fields.map(([n, v]) => [n, n === "version" ? String(now) : v]);
      await settle(await post(fieldsNow), fieldsNow, { reload: true });
    });
    const others = button("Take what is stored", "btn-secondary", () => {
      forget();
      location.reload();
    });
    conflict.replaceChildren(title, list, mine, others);
    conflict.hidden = false;
    conflict.scrollIntoView({ block: "center" });
    mine.focus();
    say("Not saved: somebody else saved meanwhile", "stop");
  };

  const settle = async (response, fields, { reload = false } = {}) => {
    const answer = await answerOf(response);
    if (answer.theirs) return showConflict(answer, fields);
    if (answer.signed) {
      stopped = true;
      return say("Signed meanwhile: what is typed here was not saved. Reload the page.", "stop");
    }
    if (answer.out) return say("Signed out: kept in this browser, sent after sign-in", "stop");
    if (answer.errors) return say(`Not saved yet. ${firstError(answer.errors)}`, "attention");
    if (answer.failed) return say("Not saved: kept in this browser, tried again soon", "stop");
    version.value = answer.version;
    forget();
    if (reload) return location.reload();
    const until = form.querySelector("[data-dressing]");
    if (until && answer.dressing_until) {
      until.querySelector("b").textContent = answer.dressing_until;
      until.hidden = false;
    }
    say(`Saved ${answer.saved_at}`);
  };

  const save = async () => {
    if (stopped) return;
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    const fields = typed();
    keep(fields);
    try {
      await settle(await post(fields), fields);
    } catch {
      say("No connection: kept in this browser, sent when it is back", "attention");
      setTimeout(saveSoon, RETRY);
    }
    sending = false;
    if (again) {
      again = false;
      saveSoon();
    }
  };

  // Reading a form makes the browser lay the page out: once, and after it was drawn.
  const keepSoon = () => {
    clearTimeout(keeping);
    keeping = setTimeout(keepNow, 0);
  };
  const keepNow = () => {
    clearTimeout(keeping);
    if (keeping && !stopped) keep(typed());
    keeping = null;
  };

  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };

  const changed = ({ target }) => {
    if (!target.name || NOT_SAVED.has(target.name)) return;
    keepSoon();
    saveSoon();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("visit:changed", () => {
    keep(typed());
    saveSoon();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keepNow();
    stopped = true;
    const unsent = kept();
    if (unsent) keep(unsent.fields, { submitted: true });
  });
  window.addEventListener("online", () => kept() && saveSoon());

  // What an earlier visit of this page could not send.
  const sendWhatWasKept = async () => {
    const unsent = kept();
    if (!unsent) return;
    const arrived = unsent.submitted && Number(version.value) > Number(unsent.version);
    if (arrived || "bound" in form.dataset) return forget();
    say(`Sending what was typed at ${clock(unsent.at)}…`);
    try {
      await settle(await post(unsent.fields), unsent.fields, { reload: true });
    } catch {
      say(`No connection: what was typed at ${clock(unsent.at)} is kept in this browser`, "attention");
      stopped = true;
      window.addEventListener("online", sendWhatWasKept, { once: true });
    }
  };
  sendWhatWasKept();
};

document.querySelectorAll("form[data-autosave]").forEach(autosave);
