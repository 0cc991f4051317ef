package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.RequestOptions;
import java.time.Duration;
import java.time.Instant;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.Assertions;
import org.bouncycastle.util.encoders.Base32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Passkeys and second factors in a browser, whose device is Chromium's virtual authenticator. */
@Tag("browser")
class SignInPagesTest {

    private static final String WITH_PASSKEY = "form[data-passkey=get] button";

    @RegisterExtension
    private final PagesOnScreen screen = new PagesOnScreen();

    @Test
    void aPasskeySignsInUntilItIsRemoved() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = withDevice(context);
            create(page, "hugo", "Phone");
            screen.look(page, "account-passkey");
            signOut(page);
            screen.look(page, "sign-in-passkey");

            Request sent = page.waitForRequest(
                    request -> request.method().equals("POST") && request.url().endsWith("/sign-in/passkey"),
                    () -> page.locator(WITH_PASSKEY).click());
            page.waitForURL("**/jails*");
            screen.navigate(page, "/account");
            assertThat(page.locator("body")).containsText("hugo");
            assertThat(page.locator("td[data-label='Signed in by']").first()).hasText("passkey");
            replay(String.valueOf(sent.allHeaders().get("cookie")), String.valueOf(sent.postData()));

            page.locator("button[aria-label='Remove the passkey Phone']").click();
            assertThat(page.locator("main")).containsText("The passkey is removed");
            signOut(page);
            page.locator(WITH_PASSKEY).click();
            assertThat(page.locator("[role=alert]").first()).containsText("The passkey was not accepted");
            screen.look(page, "sign-in-passkey-refused");
        }
    }

    /** Somebody who has seen the whole request of a sign-in sends it again. */
    private void replay(String cookies, String form) {
        try (BrowserContext attacker = screen.newContext(PagesOnScreen.options())) {
            APIResponse answer = attacker.request()
                    .post(
                            screen.server().url("/sign-in/passkey"),
                            RequestOptions.create()
                                    .setHeader("Cookie", cookies)
                                    .setHeader("Content-Type", "application/x-www-form-urlencoded")
                                    .setData(form)
                                    .setMaxRedirects(0));
            Assertions.assertThat(answer.status()).isEqualTo(401);
            Assertions.assertThat(answer.text()).contains("The passkey was not accepted");
        }
    }

    @Test
    void thePasskeyOfADisabledUserIsRefused() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = withDevice(context);
            create(page, "ivan", "Key");
            screen.server().disable("ivan");
            screen.navigate(page, "/sign-in");
            page.locator(WITH_PASSKEY).click();
            assertThat(page.locator("[role=alert]").first()).containsText("The passkey was not accepted");
            screen.navigate(page, "/account");
            assertThat(page.locator("h1")).containsText("Sign in");
        }
    }

    @Test
    void aSecondFactorIsSetUpAndAskedFor() throws Exception {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/account/second-factor");
            PagesOnScreen.signIn(page, "jana", "**/account/second-factor*");
            screen.look(page, "second-factor-off");
            page.locator("#password").fill(PagesServer.PASSWORD);
            page.locator(".form-end .primary").click();
            assertThat(page.locator(".qr svg")).isVisible();
            screen.look(page, "second-factor-setup");
            byte[] key = Base32.decode(page.locator("#key").textContent().replace(" ", ""));
            page.locator("#code").fill(code(key, -1));
            page.locator(".form-end .primary").click();
            assertThat(page.locator("#recovery-codes")).containsText("-");
            screen.look(page, "second-factor-on");
            String recovery = page.locator("#recovery-codes")
                    .textContent()
                    .strip()
                    .lines()
                    .findFirst()
                    .orElseThrow();
            signOut(page);

            page.locator("#login").fill("jana");
            page.locator("#password").fill(PagesServer.PASSWORD);
            page.locator("button.primary").click();
            assertThat(page.locator("#code")).isFocused();
            screen.look(page, "sign-in-code");
            page.locator("#code").fill(recovery);
            page.locator("button.primary").click();
            page.waitForURL("**/jails*");

            screen.server().forgetFactors("jana");
            screen.navigate(page, "/account/tokens");
            page.locator("#name").fill("deploy");
            page.getByLabel("jails:read").check();
            page.getByText("Create token").click();
            assertThat(page.locator("h1")).hasText("Confirm that it is you");
            screen.look(page, "confirm");
            page.locator("#code").fill(code(key, 0));
            page.locator(".form-end .primary").click();
            assertThat(page.locator("#name")).hasValue("deploy");
            assertThat(page.getByLabel("jails:read")).isChecked();
            page.getByText("Create token").click();
            assertThat(page.locator("#secret")).containsText("bw_");
        }
    }

    private static String code(byte[] key, int later) throws Exception {
        Instant at = Instant.now().plus(Duration.ofSeconds(30L * later));
        return new TimeBasedOneTimePasswordGenerator()
                .generateOneTimePasswordString(new SecretKeySpec(key, "HmacSHA1"), at);
    }

    /** Returns a page whose browser has a device that creates and shows passkeys at once. */
    private static Page withDevice(BrowserContext context) {
        Page page = PagesOnScreen.page(context);
        VirtualAuthenticator.addTo(context, page);
        return page;
    }

    private void create(Page page, String login, String name) {
        screen.navigate(page, "/account/passkeys/new");
        PagesOnScreen.signIn(page, login, "**/account/passkeys/new*");
        screen.look(page, "passkey-new");
        page.locator("#name").fill(name);
        page.locator(".form-end .primary").click();
        page.waitForURL("**/account");
        assertThat(page.locator("main")).containsText("The passkey " + name + " is created");
    }

    private static void signOut(Page page) {
        page.locator(".menu summary").click();
        page.locator(".menu form button").click();
        assertThat(page.locator("h1")).containsText("Sign in");
    }
}
