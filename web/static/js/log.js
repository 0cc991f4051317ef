// Adds what a jail writes to the page of its log, while the reader follows it. The server sends lines as they are on the page. After
// an interruption the page goes on after the last one.

const MAX_LINES = 5000;
const NEAR_PIXELS = 80;
const MIN_PAUSE_MILLIS = 2000;
const MAX_PAUSE_MILLIS = 60_000;

// From and Until are typed in the time zone of the browser, and sent in UTC. What was sent and is no time stays as it is, beside its error.
const form = document.getElementById("do-search-log").form;

function two(number) {
  return String(number).padStart(2, "0");
}

function hereOf(time) {
  const date = [String(time.getFullYear()).padStart(4, "0"), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

function typeHere(sent) {
  const time = new Date(sent.value);
  if (sent.ariaInvalid === "true" || (sent.value !== "" && Number.isNaN(time.getTime()))) {
    return;
  }
  const typed = sent.cloneNode();
  typed.type = "datetime-local";
  typed.step = "1";
  typed.removeAttribute("name");
  typed.value = sent.value === "" ? "" : hereOf(time);
  typed.addEventListener("input", () => {
    sent.value = typed.value === "" ? "" : new Date(typed.value).toISOString().replace(".000Z", "Z");
  });
  sent.type = "hidden";
  sent.removeAttribute("id");
  sent.after(typed);
  form.addEventListener("submit", (event) => {
    // Half a time has no value.
    if (typed.validity.badInput) {
      event.preventDefault();
      typed.reportValidity();
    }
  });
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  document.getElementById(`${typed.id}-hint`).textContent = form.dataset.here.replace("{zone}", timeZone);
}

typeHere(form.elements.since);
typeHere(form.elements.until);

const log = document.getElementById("log");
const follow = document.getElementById("log-follow");
const page = document.scrollingElement;
let source = null;
let retry = null;
let pause = MIN_PAUSE_MILLIS;
let next = log?.dataset.next;

function add(event) {
  const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < NEAR_PIXELS;
  next = event.lastEventId;
  document.getElementById("log-none")?.remove();
  log.insertAdjacentHTML("beforeend", event.data);
  while (log.children.length > MAX_LINES) {
    log.firstElementChild.remove();
  }
  if (isAtEnd) {
    page.scrollTop = page.scrollHeight;
  }
}

function start() {
  const parameters = new URLSearchParams({ from: next, grep: log.dataset.grep });
  source = new EventSource(`${log.dataset.live}?${parameters}`);
  source.addEventListener("message", add);
  source.addEventListener("open", () => {
    pause = MIN_PAUSE_MILLIS;
  });
  source.addEventListener("error", () => {
    // The browser connects again after an interruption, but not after a refusal, for example while the host is away.
    if (source?.readyState === EventSource.CLOSED) {
      retry = setTimeout(start, pause);
      pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
    }
  });
}

function stop() {
  clearTimeout(retry);
  source.close();
  source = null;
}

if (log?.dataset.live && follow) {
  follow.addEventListener("click", () => {
    if (source === null) {
      start();
    } else {
      stop();
    }
    follow.setAttribute("aria-pressed", String(source !== null));
  });
  start();
  page.scrollTop = page.scrollHeight;
}
