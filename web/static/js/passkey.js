"use strict";

// Passkeys: a form with data-passkey="create" or "get" fetches what the browser needs, lets the device answer, and is then sent with
// the answer in its field "credential". Without this script, or in a browser without passkeys, its button stays hidden.
(() => {
  const supported = window.PublicKeyCredential
    && PublicKeyCredential.parseCreationOptionsFromJSON
    && PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!supported) {
    document.querySelectorAll("[data-no-passkeys]").forEach((notice) => { notice.hidden = false; });
    return;
  }

  async function answer(form) {
    const response = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) {
      throw new Error(String(response.status));
    }
    const options = await response.json();
    return form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      const field = form.elements.namedItem("credential");
      if (field.value) {
        return;
      }
      event.preventDefault();
      const button = form.querySelector("button");
      const trouble = form.querySelector("[data-trouble]");
      button.disabled = true;
      trouble.hidden = true;
      try {
        field.value = JSON.stringify((await answer(form)).toJSON());
        form.submit();
      } catch (refused) {
        // Whoever cancels, or has no passkey here, stays on the page, which says so.
        trouble.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
