package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.bailiwick.jail.draft.AnyDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The form of a jail in a real browser: opened and saved, it changes nothing; and its rows. */
@Tag("browser")
class FormRoundTripTest {

    private static final long SEED = Long.getLong("bailiwick.seed", 16);

    /** For each of the two kinds of browsers. The server's own test of the same name saves many more, as a browser would send them. */
    private static final int DEFINITIONS = Boolean.getBoolean("bailiwick.long") ? 10 : 3;

    private static final List<String> ADDRESSES = IntStream.range(0, 100)
            .boxed()
            .flatMap(i -> Stream.of("198.18.250." + (i + 1), "fdb1:1::16:" + Integer.toHexString(i + 1)))
            .toList();

    @RegisterExtension
    private final PagesOnScreen screen = new PagesOnScreen();

    @Test
    void changesNothing() {
        System.out.printf("2 times %d definitions, -Dbailiwick.seed=%d%n", DEFINITIONS, SEED);
        PagesServer server = screen.server();
        AnyDefinition definitions = new AnyDefinition(SEED, ADDRESSES);
        JailView jail = server.define(server.connectedHost(), "saved", "saved.example.org");
        for (NewContextOptions options :
                List.of(PagesOnScreen.options(), PagesOnScreen.options().setJavaScriptEnabled(false))) {
            try (BrowserContext context = screen.newContext(options)) {
                Page page = PagesOnScreen.page(context);
                screen.navigate(page, "/jails");
                PagesOnScreen.signIn(page, "greta");
                for (int i = 0; i < DEFINITIONS; i++) {
                    JailView before = server.redefine(jail, definitions.next());
                    screen.navigate(page, "/jails/" + jail.id() + "/edit");
                    page.locator(".form-end .primary").click();
                    page.waitForURL("**/jails/" + jail.id());
                    JailView after = server.find(jail);
                    assertThat(after.definition()).isEqualTo(before.definition());
                    assertThat(after.generation()).isEqualTo(before.generation());
                }
            }
        }
    }

    @Test
    void addsRemovesAndSplitsRows() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/new");
            PagesOnScreen.signIn(page, "greta", "**/jails/new");
            page.locator("#commandLine").fill("/bin/sh -c 'echo \"one\ntwo\"'");
            assertThat(page.locator("#preview")).containsText("[\"/bin/sh\", \"-c\", \"echo \\\"one\\ntwo\\\"\"]");
            page.locator("#command-field button[name=split]").click();
            Locator arguments = page.locator("#command-rows textarea");
            assertThat(arguments).hasCount(3);
            assertThat(page.locator("#commandLine")).hasValue("");
            assertThat(arguments.nth(2)).hasValue("echo \"one\ntwo\"");
            page.locator("#command-add").click();
            assertThat(arguments.nth(3)).isFocused();
            arguments.nth(3).fill("last");
            assertThat(page.locator("#preview")).containsText("\"last\"]");
            page.locator("#command-rows .row button").nth(1).click();
            assertThat(arguments).hasCount(3);
            assertThat(page.locator("#preview")).containsText("[\"/bin/sh\", \"echo");
            page.locator("#environment-rows summary").click();
            page.locator("#environment\\.lines").fill("A=1\nB=x=y");
            page.locator("#environment-rows .paste button").click();
            assertThat(page.locator("#environment\\[1\\]\\.value")).hasValue("x=y");
            page.locator("#environment\\[1\\]\\.value").fill("$'open");
            page.locator("#name").press("Enter");
            assertThat(page.locator("#environment\\[1\\]-error")).containsText("has no closing quote");
            screen.look(page, "jail-new-rows");
        }
    }

    @Test
    void fitsTheScreenWithRowsOfEveryKind() {
        PagesServer server = screen.server();
        JailView jail = server.define(server.connectedHost(), "rows", "rows.example.org");
        server.redefine(
                jail,
                new DefinitionDraft(
                        "rows",
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of("/bin/sh", "-c", "set -e\ncd /srv/app\nexec ./server --listen 0.0.0.0:80", "", "a\rb"),
                        Map.of("LANG", "C.UTF-8", "my.app/key", "-----BEGIN KEY-----\nMIIEvQ==\n-----END KEY-----\n"),
                        null,
                        null));
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + jail.id() + "/edit");
            PagesOnScreen.signIn(page, "greta", "**/edit");
            screen.look(page, "jail-edit-rows");
            screen.navigate(page, "/jails/" + jail.id() + "/settings");
            assertThat(page.locator(".facts dd.long code").innerText())
                    .as("the settings of the jail keep the lines of its command")
                    .contains("'set -e\ncd /srv/app\nexec");
        }
    }
}
