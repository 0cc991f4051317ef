// What a <style> element of xterm.js becomes: a hidden element whose text is a style sheet of the document, until it is removed.
function styleSheet(document) {
  const element = document.createElement("span");
  const sheet = new CSSStyleSheet();
  element.hidden = true;
  Object.defineProperty(element, "textContent", { get: () => "", set: (text) => sheet.replaceSync(text) });
  document.adoptedStyleSheets.push(sheet);
  const remove = element.remove.bind(element);
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    remove();
  };
  return element;
}

function styleAttribute(element, text) {
  element.style.cssText = text;
}

