// Adds what a jail writes to the page of its log, while the reader follows it. The server sends lines as they are on the page. After
// an interruption the page goes on after the last one.

const MAX_LINES = 5000;
const NEAR_PIXELS = 80;
const MIN_PAUSE_MILLIS = 2000;
const MAX_PAUSE_MILLIS = 60_000;

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
