// What the pages do in addition to links and forms: copying, relative times, the theme, the search key. Everything works without
// this script.

customElements.define(
  "copy-text",
  class extends HTMLElement {
    connectedCallback() {
      if (this.querySelector("button")) {
        return;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.textContent.trim();
      button.title = "Copy";
      button.addEventListener("click", () => this.copy(button.textContent));
      this.replaceChildren(button);
    }

    async copy(text) {
      await navigator.clipboard.writeText(text);
      toast(`Copied ${text.length > 60 ? "" : text}`.trim());
      this.dataset.copied = "";
      setTimeout(() => delete this.dataset.copied, 1500);
    }
  },
);

function toast(text) {
  const place = document.getElementById("toasts");
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  place.append(note);
  setTimeout(() => note.remove(), 2500);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    toast("Copied");
  }
  const theme = event.target.closest("[data-theme-toggle]");
  if (theme) {
    toggleTheme();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

// The server writes relative times as words; this updates them while the page is open. For each unit: its maximum, its seconds, its
// name.
const UNITS = [
  [60, 1, "second"],
  [60, 60, "minute"],
  [24, 3600, "hour"],
  [Infinity, 86400, "day"],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });

function tellTimes() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const distance = Math.abs(seconds);
    const [, unit, name] = UNITS.find(([below, size]) => Math.round(distance / size) < below);
    const text = distance < 5 ? "just now" : words.format(Math.sign(seconds) * Math.round(distance / unit), name);
    if (time.textContent !== text) {
      time.textContent = text;
    }
  }
}

setInterval(tellTimes, 10_000);
document.addEventListener("visibilitychange", tellTimes);

// Highlights a row for a moment after an update.
document.addEventListener("htmx:load", (event) => {
  if (event.target.matches("tr")) {
    event.target.classList.add("changed");
    event.target.addEventListener("animationend", () => event.target.classList.remove("changed"), { once: true });
  }
});

// Sends input that was typed before the scripts were loaded, or into a part before it was swapped in.
document.addEventListener("htmx:load", ({ target }) => {
  for (const form of target.querySelectorAll('form[hx-trigger*="unheard"]')) {
    if ([...form.elements].some(differsFromWhatWasSent)) {
      htmx.trigger(form, "unheard");
    }
  }
});

function differsFromWhatWasSent(field) {
  if (field.matches("select")) {
    const sent = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return sent !== undefined && !sent.selected;
  }
  if (field.matches("[type=checkbox], [type=radio]")) {
    return field.checked !== field.defaultChecked;
  }
  return field.matches("input, textarea") && field.value !== field.defaultValue;
}

// A preview asks for itself: htmx would send it to the address of the button that was pressed last in the form, as that button.
const BUTTONS = ["add", "remove", "addRow", "removeRow", "split"];

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.matches('form[hx-trigger*="unheard"]')) {
    detail.path = detail.elt.getAttribute("hx-post") ?? detail.elt.getAttribute("hx-get");
    BUTTONS.forEach((button) => detail.formData.delete(button));
  }
});

// htmx parses what it receives without scripts, so that a noscript in it has elements: fields that nobody sees and the form sends.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  detail.target?.querySelectorAll("noscript").forEach((hidden) => hidden.remove());
});

// Shows a request without an answer beside the element that sent it, until it is answered. A request that changes nothing is sent
// again.
const AGAIN_MILLIS = 3000;
const MAX_PAUSE_MILLIS = 60_000;
const notes = new WeakMap();
const pauses = new WeakMap();
const unanswered = new Set();

document.addEventListener("htmx:sendError", ({ detail }) => lost(detail, "The server cannot be reached."));
document.addEventListener("htmx:timeout", ({ detail }) => lost(detail, "The server did not answer in time."));
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { elt, xhr } = detail;
  // The session has ended, or another one has begun: a form that is sent as a page is carried over sign-in and shown again.
  if ([401, 403].includes(xhr.status) && elt.matches("form[method=post]") && !elt.hasAttribute("hx-trigger")) {
    HTMLFormElement.prototype.submit.call(elt);
    return;
  }
  note(detail, wordsOf(xhr.responseText, xhr.status));
  // The server has just started, or its database is not available.
  if (xhr.status >= 500) {
    askAgain(elt);
  }
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) {
    notes.get(detail.elt)?.remove();
    pauses.delete(detail.elt);
  }
});

function lost(detail, words) {
  const { elt } = detail;
  if (askAgain(elt)) {
    note(detail, [`${words} Trying again…`]);
  } else if (elt.closest(".rollout-steps")) {
    document.getElementById("rollout-lost").hidden = false;
    document.getElementById("rollout-end").hidden = true;
  } else {
    note(detail, [`${words} Try again.`]);
  }
}

// Only for requests that change nothing. If one keeps failing, the pauses become longer.
function askAgain(elt) {
  if (!elt.matches('[hx-trigger*="unheard"]')) {
    return false;
  }
  const pause = pauses.get(elt) ?? AGAIN_MILLIS;
  pauses.set(elt, Math.min(2 * pause, MAX_PAUSE_MILLIS));
  unanswered.add(elt);
  setTimeout(() => ask(elt), pause);
  return true;
}

function ask(elt) {
  if (unanswered.delete(elt) && elt.isConnected) {
    htmx.trigger(elt, "unheard");
  }
}

// live.js sends this event.
document.addEventListener("server-back", () => [...unanswered].forEach(ask));

function note({ elt, target }, words) {
  const told = notes.get(elt) ?? document.createElement("p");
  const before = told.textContent;
  if (!told.isConnected) {
    told.className = "unanswered";
    told.setAttribute("role", "alert");
    place(told, elt, target);
    notes.set(elt, told);
  } else if (words.join("") === before) {
    return;
  }
  told.replaceChildren(...words);
}

function place(told, elt, target) {
  if (target && !target.contains(elt)) {
    target.before(told);
  } else if (elt.matches("a, button")) {
    (elt.closest(".button-row") ?? elt).after(told);
  } else {
    elt.append(told);
  }
}

// A rejected form comes back with its errors: the first invalid field gets the focus.
document.querySelector('[aria-invalid="true"]')?.focus();
