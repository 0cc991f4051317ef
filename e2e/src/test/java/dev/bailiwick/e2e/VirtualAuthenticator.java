package dev.bailiwick.e2e;

import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

/** A device of Chromium that creates and shows passkeys at once. */
final class VirtualAuthenticator {

    private VirtualAuthenticator() {}

    static void addTo(BrowserContext context, Page page) {
        CDPSession device = context.newCDPSession(page);
        device.send("WebAuthn.enable");
        JsonObject options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", true);
        options.addProperty("automaticPresenceSimulation", true);
        JsonObject authenticator = new JsonObject();
        authenticator.add("options", options);
        device.send("WebAuthn.addVirtualAuthenticator", authenticator);
    }
}
