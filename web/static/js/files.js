// Uploads files to the directory that the page shows, chosen or dropped. Each is sent in parts. After an interruption it goes on where
// the host says that it ended, also after the page was opened again: the name of an upload follows from its file.

const PART_BYTES = 4 << 20;
const MIN_PAUSE_MILLIS = 1000;
const MAX_PAUSE_MILLIS = 30_000;

const form = document.getElementById("upload");
const list = document.getElementById("uploads");
const chooser = form?.querySelector("input[type=file]");

/** A request without an answer, or one that another attempt may change. */
class Lost extends Error {
  constructor(pause = 0) {
    super("lost");
    this.pause = pause;
  }
}

/** An answer that another attempt will not change. */
class Refused extends Error {
  constructor(words, status) {
    super("refused");
    this.words = words;
    this.status = status;
  }
}

// In an address, a backslash begins what stands for a byte.
const written = (name) => name.replaceAll("\\", "\\\\");

async function nameOf(file) {
  const text = new TextEncoder().encode(`${file.name}/${file.size}/${file.lastModified}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return [...hash.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function send(method, parameters, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, `${form.dataset.part}?${new URLSearchParams(parameters)}`);
    // With this, an ended session is answered at once.
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRF-TOKEN", form.querySelector("[name=_csrf]").value);
    if (body) {
      request.setRequestHeader("Content-Type", "application/octet-stream");
    }
    request.upload.addEventListener("progress", (event) => onProgress?.(event.loaded));
    request.addEventListener("error", () => reject(new Lost()));
    request.addEventListener("abort", () => reject(new Lost()));
    request.addEventListener("load", () => {
      if (request.status === 200) {
        resolve(request.responseText);
      } else if (request.status === 429 || (request.status >= 500 && request.status !== 507)) {
        reject(new Lost(1000 * (Number(request.getResponseHeader("Retry-After")) || 0)));
      } else {
        reject(new Refused(wordsOf(request.responseText, request.status), request.status));
      }
    });
    request.send(body);
  }).then((text) => JSON.parse(text));
}

/** Waits, or until the browser is connected again. */
function pauseFor(millis) {
  return new Promise((resolve) => {
    const timer = setTimeout(end, millis);
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    }
    addEventListener("online", end);
  });
}

/** The line of an upload on the page. */
class Line {
  constructor(file) {
    this.file = file;
    this.element = document.createElement("li");
    const name = document.createElement("span");
    name.className = "file-label mono";
    name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.max = file.size || 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.state = document.createElement("p");
    this.state.setAttribute("role", "status");
    this.element.append(name, this.bar, this.state);
    list.append(this.element);
    list.hidden = false;
    this.say([form.dataset.waits]);
  }

  say(words) {
    this.state.replaceChildren(...words);
  }

  show(bytes) {
    this.bar.value = this.file.size ? bytes : 1;
    this.say([`${Math.floor((100 * bytes) / (this.file.size || 1))} %`]);
  }

  /** Offers to replace what has the name. */
  offer() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = form.dataset.again;
    button.addEventListener("click", () => {
      button.remove();
      this.replaces = true;
      queue(this);
    });
    this.element.append(button);
  }
}

/** Fails for a folder, and for a file that is gone: a request with them ends like a lost one. */
async function requireReadable(file) {
  try {
    await (file.size > 0 ? file.slice(0, 1) : file).arrayBuffer();
  } catch {
    throw new Refused([form.dataset.unreadable]);
  }
}

async function sendParts(line, parameters) {
  const { file } = line;
  await requireReadable(file);
  let { size: offset } = await send("GET", parameters);
  if (offset > file.size) {
    offset = 0;
  }
  for (;;) {
    line.show(offset);
    const part = file.slice(offset, offset + PART_BYTES);
    const isLast = offset + part.size >= file.size;
    const fields = { ...parameters, offset, end: isLast, replace: line.replaces };
    const start = offset;
    ({ size: offset } = await send("POST", fields, part, (sent) => line.show(Math.min(start + sent, file.size))));
    if (isLast) {
      return;
    }
  }
}

async function upload(line) {
  const directory = form.dataset.directory;
  const path = `${directory === "/" ? "" : directory}/${written(line.file.name)}`;
  const parameters = { path, upload: await nameOf(line.file) };
  let pause = MIN_PAUSE_MILLIS;
  for (;;) {
    try {
      await sendParts(line, parameters);
      line.bar.value = line.bar.max;
      line.say([form.dataset.done]);
      return;
    } catch (failure) {
      if (failure instanceof Refused) {
        line.say(failure.words);
        if (failure.status === 409 && !line.replaces) {
          line.offer();
        }
        return;
      }
      if (!(failure instanceof Lost)) {
        throw failure;
      }
      line.say([form.dataset.lost]);
      await pauseFor(Math.max(pause, failure.pause));
      pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
    }
  }
}

// One after another: two requests work on the files of a jail at a time.
let last = Promise.resolve();

function queue(line) {
  last = last
    .then(() => upload(line))
    .catch(() => line.say([form.dataset.failed]))
    .then(showListing)
    // The listing is of no use to the files that wait.
    .catch(() => {});
}

function add(files) {
  for (const file of files) {
    const line = new Line(file);
    line.replaces = form.elements.replace.checked;
    queue(line);
  }
}

/** Shows the directory as it is now. */
async function showListing() {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
  if (answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const listing = page.getElementById("listing");
    if (listing) {
      document.getElementById("listing").replaceWith(listing);
    }
  }
}

if (form) {
  chooser.multiple = true;
  form.addEventListener("submit", (event) => {
    if (chooser.files.length > 0) {
      event.preventDefault();
      add(chooser.files);
      chooser.value = "";
    }
  });
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) {
      event.preventDefault();
      document.body.classList.add("dropping");
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      document.body.classList.remove("dropping");
    }
  });
  document.addEventListener("drop", (event) => {
    if (carriesFiles(event)) {
      event.preventDefault();
      document.body.classList.remove("dropping");
      add(event.dataTransfer.files);
    }
  });
}
