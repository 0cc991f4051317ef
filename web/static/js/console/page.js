// The page of a session: its terminal, what is said about the connection, who is attached, and the buttons.

import { Attachment } from "./attachment.js";
import { Screen } from "./screen.js";

const place = document.getElementById("console-screen");
const said = document.getElementById("console-state");
const viewers = document.getElementById("console-viewers");
const take = document.getElementById("console-take");
const again = document.getElementById("console-again");
const search = document.getElementById("console-search");
const ticketForm = document.getElementById("console-ticket");

// What the program wrote before the page was opened is shown again. A terminal would answer the questions in it again, too.
const replayed = Number(place.dataset.bytes);
let shown = 0;
let hasBeenAttached = false;
// The size of the session's terminal, which is the writer's; null until the host has said it.
let sessionSize = null;

const screen = await Screen.create(place, {
  isTerminal: place.dataset.terminal === "true",
  onInput: (bytes) => {
    if (shown >= replayed) {
      attachment.input(bytes);
    }
  },
  onResize: () => {
    if (attachment.writes) {
      attachment.resize();
    }
  },
});

const socket = new URL(place.dataset.attach, location.href);
socket.protocol = socket.protocol.replace("http", "ws");

const attachment = new Attachment({
  ticket: () => fetch(ticketForm.action, { method: "POST", body: new URLSearchParams(new FormData(ticketForm)) }),
  address: socket.href,
  size: () => screen.size,
  on: {
    output: (bytes, offset, done) =>
      screen.write(bytes, () => {
        shown = offset + bytes.length;
        place.dataset.shown = shown;
        done();
      }),
    gap: (bytes) => {
      screen.say(place.dataset.gap.replace("{bytes}", bytes.toLocaleString("en")));
      shown += bytes;
    },
    forgotten: (bytes) => screen.say(place.dataset.forgotten.replace("{bytes}", bytes.toLocaleString("en"))),
    unsent: (bytes) => screen.say(place.dataset.unsent.replace("{bytes}", bytes.toLocaleString("en"))),
    size: (size) => {
      sessionSize = size;
      if (!attachment.writes) {
        screen.follow(size);
      }
    },
    viewers: show,
    state: (state) => {
      if (state === "attached") {
        say(hasBeenAttached ? "attached-again" : "attached");
        hasBeenAttached = true;
      } else {
        say(state === "connecting" && !hasBeenAttached ? "connecting" : "lost");
      }
      if (state !== "attached") {
        show([]);
      }
    },
    end: (why, detail) => {
      say(words(why) ? why : "done", typeof detail === "number" ? detail : "");
      show([]);
    },
  },
});

function words(state) {
  return said.querySelector(`[data-say="${state}"]`);
}

function say(state, number = "") {
  for (const other of said.children) {
    other.hidden = true;
  }
  const sentence = words(state);
  sentence.hidden = false;
  sentence.querySelectorAll("b").forEach((value) => value.replaceChildren(String(number)));
  said.dataset.state = state;
  again.hidden = !["withdrawn", "idle", "crowded", "malformed"].includes(state);
}

// As other pages name who did something: the audit has "user:" before each login.
function nameOf(viewer) {
  return viewer.name.startsWith("user:") ? viewer.name.replaceAll("user:", "") : viewer.name;
}

function show(all) {
  const writer = all.find((viewer) => viewer.writes);
  screen.isWritable = writer?.isYou === true;
  if (screen.isWritable) {
    screen.fit();
    attachment.resize();
  } else if (sessionSize !== null && all.length > 0) {
    screen.follow(sessionSize);
  }
  take.hidden = all.length === 0 || writer?.isYou === true;
  viewers.replaceChildren(
    ...all.map((viewer) => {
      const item = document.createElement("li");
      const does = viewers.dataset[viewer.writes ? "writes" : "watches"];
      item.textContent = `${nameOf(viewer)}${viewer.isYou ? ` (${viewers.dataset.you})` : ""} ${does}`;
      item.classList.toggle("writes", viewer.writes);
      return item;
    }),
  );
}

document.getElementById("console-tools").addEventListener("click", ({ target }) => {
  switch (target.closest("button")?.dataset.does) {
    case "copy":
      screen.copy();
      break;
    case "paste":
      screen.paste();
      break;
    case "smaller":
      screen.scaleFont(-1);
      break;
    case "larger":
      screen.scaleFont(1);
      break;
  }
});

const KEYS = { escape: "\x1b", tab: "\t", interrupt: "\x03", up: "\x1b[A", down: "\x1b[B" };

document.getElementById("console-keys").addEventListener("click", ({ target }) => {
  const key = target.closest("button")?.dataset.key;
  if (key) {
    screen.type(KEYS[key]);
  }
});

search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    search.toggleAttribute("data-missing", !screen.search(search.value, event.shiftKey));
  } else if (event.key === "Escape") {
    screen.focus();
  }
});

take.addEventListener("click", () => {
  attachment.takeKeyboard();
  screen.focus();
});

again.addEventListener("click", () => attachment.open());

// While live.js hears nothing from the server, nothing may come on the socket either, without an error. Afterwards another one is opened.
let silent = null;
new MutationObserver(() => {
  if (document.documentElement.hasAttribute("data-stale")) {
    silent = attachment.connection;
  }
}).observe(document.documentElement, { attributeFilter: ["data-stale"] });
document.addEventListener("server-back", () => {
  if (silent !== null && silent === attachment.connection) {
    attachment.again();
  }
});

attachment.open();
screen.focus();
