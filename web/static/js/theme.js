// Runs before the page is painted: the reader's own choice of theme, and the mark that scripts run.
const root = document.documentElement;
root.dataset.script = "";
const chosen = localStorage.getItem("theme");
if (chosen === "light" || chosen === "dark") {
  root.dataset.theme = chosen;
}
