// Runs before the page is painted: sets the reader's choice of theme, and marks that scripts run.
const root = document.documentElement;
root.dataset.script = "";
const chosen = localStorage.getItem("theme");
if (chosen === "light" || chosen === "dark") {
  root.dataset.theme = chosen;
}
