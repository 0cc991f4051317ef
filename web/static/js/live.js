// Keeps pages up to date, and shows when it cannot. The server sends something on every stream every two seconds. A page that
// receives nothing for longer says so, shows its states in grey and with their age, and disables its buttons until it receives
// something again.

const SILENCE_MILLIS = 4300;
const CHECK_MILLIS = 250;
const RETRY_MILLIS = 1000;
const RETRY_AFTER_REFUSAL_MILLIS = 3000;
const SILENCE_AFTER_REFUSAL_MILLIS = 10_000;
const MAX_PATIENCE_MILLIS = 30_000;

const sources = new Set();
let heard = Date.now();
let current = heard;
let awake = heard;
let checked = heard;
let refusal = null;
let trouble = null;

// Works as an EventSource, for the extension of htmx. It also knows why it was rejected, and closes a connection on which nothing
// arrives.
class LiveSource extends EventTarget {
  readyState = EventSource.CONNECTING;
  #url;
  #attempt = new AbortController();
  #told = false;
  #patience = SILENCE_MILLIS;

  constructor(url) {
    super();
    this.#url = url;
    sources.add(this);
    this.#follow();
  }

  close() {
    this.readyState = EventSource.CLOSED;
    sources.delete(this);
    this.#attempt.abort();
  }

  again() {
    this.#attempt.abort();
  }

  async #follow() {
    while (this.readyState !== EventSource.CLOSED) {
      this.#attempt = new AbortController();
      let pause = RETRY_MILLIS;
      try {
        const headers = { Accept: "text/event-stream" };
        if (this.#told) {
          headers["Last-Event-ID"] = "1";
        }
        this.#await();
        const response = await fetch(this.#url, { headers, cache: "no-store", signal: this.#attempt.signal });
        if (response.ok) {
          await this.#read(response.body.pipeThrough(new TextDecoderStream()).getReader());
        } else {
          refusal = await refused(response);
          pause = RETRY_AFTER_REFUSAL_MILLIS;
        }
      } catch {
        // The server is not reachable, or the attempt was aborted: the silence on the stream shows it.
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  // A connection may be dead without an error; the next attempt gets more time.
  #await() {
    const attempt = this.#attempt;
    const began = Date.now();
    const patience = this.#patience;
    this.#patience = Math.min(2 * patience, MAX_PATIENCE_MILLIS);
    const watch = setInterval(() => {
      if (attempt.signal.aborted) {
        clearInterval(watch);
      } else if (Date.now() - Math.max(heard, awake, began) > patience) {
        attempt.abort();
      }
    }, RETRY_MILLIS);
    attempt.signal.addEventListener("abort", () => clearInterval(watch));
  }

  async #read(reader) {
    let rest = "";
    let caughtUp = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        this.#attempt.abort();
        return;
      }
      heard = Date.now();
      this.#patience = SILENCE_MILLIS;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        caughtUp ||= block === ":current";
        this.#tell(block.split("\n"));
      }
      if (caughtUp) {
        current = heard;
        refusal = null;
        check();
      }
    }
  }

  #tell(lines) {
    const values = (field) =>
      lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1));
    const [event] = values("event");
    if (event) {
      this.#told = true;
      this.dispatchEvent(new MessageEvent(event, { data: values("data").join("\n") }));
    }
  }
}

async function refused(response) {
  heard = Date.now();
  return response.status === 401
    ? { kind: "ended" }
    : { kind: "refused", words: wordsOf(await response.text(), response.status) };
}

// The text of an answer that explains a failure, which pages of failures mark.
function wordsOf(html, status) {
  const marked = new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-words]");
  return marked.length > 0
    ? [...marked].flatMap((words, at) => [...(at > 0 ? [" "] : []), ...withStop(words)])
    : [`The server answered with the error ${status}.`];
}

function withStop(words) {
  if (words.matches("a")) {
    return [words];
  }
  const text = words.textContent.trim();
  return [/[.!?]$/.test(text) ? text : `${text}.`];
}

function check() {
  const now = Date.now();
  // A page that the browser suspended has received nothing; this is not the server's silence.
  if (now - checked > 10 * CHECK_MILLIS) {
    awake = now;
  }
  checked = now;
  const longest = refusal ? SILENCE_AFTER_REFUSAL_MILLIS : SILENCE_MILLIS;
  const silent = sources.size > 0 && now - Math.max(heard, awake) > longest;
  show(silent ? { kind: "silent" } : refusal);
  if (trouble) {
    tellAge(now);
  }
}

function show(now) {
  const banner = document.getElementById("lost");
  if (now?.kind === trouble?.kind || !banner) {
    return;
  }
  // A page without a stream has missed changes, so it is loaded again. A page with a form is not, to keep the input.
  if (trouble?.kind === "silent" && now === null && !document.querySelector("[sse-connect], main form[method=post]")) {
    location.reload();
  }
  trouble = now;
  document.documentElement.toggleAttribute("data-stale", now !== null);
  for (const words of banner.querySelectorAll("[data-trouble]")) {
    words.hidden = words.dataset.trouble !== now?.kind;
    if (!words.hidden && now.words) {
      words.replaceChildren(...now.words);
    }
  }
  banner.hidden = now === null;
  if (now === null) {
    document.dispatchEvent(new Event("server-back"));
  }
  holdBack(now?.kind === "silent");
}

function tellAge(now) {
  const seconds = Math.max(0, Math.round((now - current) / 1000));
  const age = seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  const place = document.querySelector("#lost .age");
  const text = place.dataset.asOf
    .replace("{time}", `${new Date(current).toISOString().slice(11, 19)} UTC`)
    .replace("{age}", age);
  if (place.textContent !== text) {
    place.textContent = text;
    document.documentElement.style.setProperty("--as-of", JSON.stringify(text));
    document.documentElement.style.setProperty("--age", JSON.stringify(`${age} ago`));
  }
}

// Disables buttons. A button that was already disabled is left alone.
let focused = null;

function holdBack(held) {
  if (held) {
    focused = document.activeElement;
    for (const button of document.querySelectorAll("form[method=post] button:enabled, button[hx-post]:enabled")) {
      button.disabled = true;
      button.dataset.held = "";
    }
    return;
  }
  for (const button of document.querySelectorAll("[data-held]")) {
    button.disabled = false;
    delete button.dataset.held;
  }
  if (document.activeElement === document.body && focused?.isConnected) {
    focused.focus();
  }
}

// The settle delay of htmx is 0 (layout.html): a row that was swapped in listens only once it has settled, and would miss the next
// change if that came within the delay.
htmx.createEventSource = (url) => new LiveSource(url);

addEventListener("online", () => sources.forEach((source) => source.again()));
setInterval(check, CHECK_MILLIS);

// A page without its own stream also needs to know whether the server is reachable.
if (document.body.dataset.live && !document.querySelector("[sse-connect]")) {
  new LiveSource(document.body.dataset.live);
}
