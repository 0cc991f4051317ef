// Edits the text of a file with CodeMirror, which the build puts beside this file. The form still sends its text area. The editor has a
// shadow tree, because there it creates its style sheets in a way that the content policy allows.

import { EditorState } from "./state.js";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "./view.js";
import { defaultKeymap, history, historyKeymap } from "./commands.js";
import { highlightSelectionMatches, searchKeymap } from "./search.js";

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--sheet)", maxHeight: "70vh", fontSize: "var(--text-m)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", overflow: "auto", minHeight: "16rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--ink-3)", backgroundColor: "var(--well)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-wash)",
  },
  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--well)" },
});

const area = document.getElementById("text");
const form = document.getElementById("editor");
const host = document.createElement("div");
host.className = "editor";
const root = host.attachShadow({ mode: "open" });
area.after(host);

const view = new EditorView({
  root,
  parent: root,
  state: EditorState.create({
    doc: area.value,
    extensions: [
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      // Tab leaves the editor, as it leaves any other field.
      keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": document.getElementById("text-label").textContent }),
      theme,
    ],
  }),
});
area.hidden = true;
document.getElementById("text-label").addEventListener("click", () => view.focus());

let isSent = false;
const write = () => {
  area.value = view.state.doc.toString();
};
form.addEventListener("submit", () => {
  write();
  isSent = true;
});
addEventListener("beforeunload", (event) => {
  write();
  if (!isSent && area.value !== area.defaultValue) {
    event.preventDefault();
  }
});
