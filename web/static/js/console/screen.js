// The terminal: xterm.js in the fonts and colours of the pages.

import { Terminal } from "./xterm.js";
import { FitAddon } from "./addon-fit.js";
import { SearchAddon } from "./addon-search.js";
import { WebLinksAddon } from "./addon-web-links.js";

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const MIN_FONT_PIXELS = 9;
const MAX_FONT_PIXELS = 28;
const USUAL_FONT_PIXELS = 14;
const FONT_SIZE = "console-font-size";
const SCROLLBACK_LINES = 5000;
// The contrast of WCAG 2.2 AA, also for what a program colours as if each terminal were dark.
const MIN_CONTRAST = 4.5;
// The commands of which xterm.js does as many as they say, up to 2^31: insert and delete lines, scroll up and down, go to the next and
// last tab, and repeat a character. No screen has more lines or columns than this.
const COUNTED = ["L", "M", "S", "T", "I", "Z", "b"];
const MAX_COUNT = 1000;

export class Screen {
  #place;
  #terminal;
  #fit = new FitAddon();
  #search = new SearchAddon();
  // Whether it has the size of somebody else's terminal.
  #follows = false;

  // isTerminal: whether the program has a terminal; otherwise its lines end without a carriage return. onInput gets bytes.
  static async create(place, { isTerminal, onInput, onResize }) {
    const family = getComputedStyle(place).fontFamily;
    // The size of a character is measured once.
    await Promise.all([document.fonts.load(`14px ${family}`), document.fonts.load(`bold 14px ${family}`)]);
    return new Screen(place, family, { isTerminal, onInput, onResize });
  }

  constructor(place, fontFamily, { isTerminal, onInput, onResize }) {
    this.#place = place;
    this.#terminal = new Terminal({
      fontFamily,
      fontSize: Number(localStorage.getItem(FONT_SIZE)) || USUAL_FONT_PIXELS,
      fontWeightBold: 600,
      scrollback: SCROLLBACK_LINES,
      convertEol: !isTerminal,
      minimumContrastRatio: MIN_CONTRAST,
      theme: this.#theme(),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(new WebLinksAddon());
    for (const final of COUNTED) {
      // True says that the command is done with.
      this.#terminal.parser.registerCsiHandler({ final }, ([count]) => count > MAX_COUNT);
    }
    this.#terminal.open(place);
    this.#fit.fit();
    this.#terminal.attachCustomKeyEventHandler((event) => this.#isForTheProgram(event));
    this.#terminal.onData((text) => onInput(new TextEncoder().encode(text)));
    this.#terminal.onBinary((text) => onInput(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    this.#terminal.onResize(onResize);
    new ResizeObserver(() => this.#fill()).observe(place);
    const recolour = () => {
      this.#terminal.options.theme = this.#theme();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  get size() {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  // Calls done once the bytes are on the screen.
  write(bytes, done) {
    this.#terminal.write(bytes, done);
  }

  // Shows words of this page between what the program writes.
  say(words) {
    this.#terminal.write(`\r\n\x1b[3m${words}\x1b[0m\r\n`);
  }

  get isWritable() {
    return !this.#terminal.options.disableStdin;
  }

  set isWritable(isWritable) {
    this.#terminal.options.disableStdin = !isWritable;
    this.#terminal.options.cursorInactiveStyle = isWritable ? "outline" : "none";
  }

  focus() {
    this.#terminal.focus();
  }

  type(text) {
    this.#terminal.input(text);
    this.#terminal.focus();
  }

  // Copies what is selected; without a selection, all that the terminal has.
  async copy() {
    if (!this.#terminal.hasSelection()) {
      this.#terminal.selectAll();
    }
    await navigator.clipboard.writeText(this.#terminal.getSelection());
    this.#terminal.focus();
  }

  async paste() {
    this.#terminal.paste(await navigator.clipboard.readText());
    this.#terminal.focus();
  }

  scaleFont(pixels) {
    const size = this.#terminal.options.fontSize + pixels;
    if (size >= MIN_FONT_PIXELS && size <= MAX_FONT_PIXELS) {
      this.#terminal.options.fontSize = size;
      localStorage.setItem(FONT_SIZE, String(size));
      this.#fill();
    }
  }

  // Takes the size of its place.
  fit() {
    this.#follows = false;
    this.#place.removeAttribute("data-follows");
    this.#fill();
  }

  // Takes this size, whatever its place has: what does not fit is scrolled.
  follow({ columns, rows }) {
    this.#follows = true;
    this.#place.toggleAttribute("data-follows", true);
    this.#terminal.resize(columns, rows);
  }

  #fill() {
    if (!this.#follows) {
      this.#fit.fit();
    }
  }

  // Returns whether the text was found. The search goes on from the last one that was.
  search(text, isBackwards) {
    return isBackwards ? this.#search.findPrevious(text) : this.#search.findNext(text);
  }

  // Ctrl-C is for the program. Ctrl-Shift-C copies; of Ctrl-Shift-V, the browser makes an event that xterm.js reads.
  #isForTheProgram(event) {
    const key = event.key.toLowerCase();
    if (event.type !== "keydown" || !event.ctrlKey || !event.shiftKey || !["c", "v"].includes(key)) {
      return true;
    }
    if (key === "c") {
      event.preventDefault();
      this.copy();
    }
    return false;
  }

  // xterm.js needs colours, not names of colours that depend on the theme.
  #theme() {
    const probe = document.createElement("span");
    probe.hidden = true;
    this.#place.append(probe);
    const colour = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const theme = {
      background: colour("terminal-ground"),
      foreground: colour("ink"),
      cursor: colour("accent"),
      cursorAccent: colour("terminal-ground"),
      selectionBackground: colour("terminal-selection"),
      scrollbarSliderBackground: colour("line-strong"),
    };
    for (const name of COLOURS) {
      theme[name] = colour(`terminal-${name}`);
      theme[`bright${name[0].toUpperCase()}${name.slice(1)}`] = colour(`terminal-bright-${name}`);
    }
    probe.remove();
    return theme;
  }
}
