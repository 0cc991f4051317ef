package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.bailiwick.jail.stream.SessionFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/** The console of a jail in browsers of several people, from their keyboards to a program in the kernel. */
@Tag("browser")
@OnFleet
@Timeout(300)
class ConsolesInBrowsersTest {

    /** One more than the host remembers of those that have left. */
    private static final int KEYBOARDS = 65;

    private Fleet fleet;
    private Jail jail;
    private ConsoleUser owner;
    private @Nullable Chromium launched;

    @BeforeEach
    void start(Fleet shared) throws IOException {
        PlaywrightAssertions.setDefaultAssertionTimeout(ConsoleVisitor.PATIENCE);
        fleet = shared;
        launched = Chromium.launch(fleet.origin(), "--ignore-certificate-errors");
        ObjectNode definition = fleet.definition("console", 97);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        jail = fleet.create(definition);
        owner = ConsoleUser.of(fleet, fleet.customer());
    }

    @AfterEach
    void stop() {
        if (launched != null) {
            launched.close();
        }
    }

    private Chromium chromium() {
        return Objects.requireNonNull(launched);
    }

    /** Returns how much the program of the only session has written. */
    private long written() {
        return fleet.operator()
                .get("jails/" + jail.id() + "/exec")
                .json()
                .at("/items/0/bytes")
                .asLong();
    }

    @Test
    void passOnWhatIsTypedOnceAlsoAtTheMomentOfACut() {
        try (ConsoleVisitor customer = owner.visit(chromium())) {
            customer.openConsole(jail);
            customer.type("stty -echo; echo ready-$((40 + 2)); while read line; do echo read-$line-; done");
            customer.awaitText("ready-42");
            customer.type("before");
            BrowserNetwork network = chromium().network();
            network.lose();
            customer.type("lost");
            customer.type("as well");
            network.cut();
            customer.awaitState("lost");
            network.mend();
            customer.awaitState("attached-again");
            customer.awaitViewer("(you) writes");
            customer.type("after");
            customer.awaitText("read-after-");
            assertThat(customer.everything().lines().filter(line -> line.startsWith("read-")))
                    .containsExactly("read-before-", "read-lost-", "read-as well-", "read-after-");
        }
    }

    @Test
    void showWatchersTheSizeOfTheWriter() {
        try (ConsoleVisitor customer = owner.visit(chromium());
                ConsoleVisitor phone = owner.visit(chromium())) {
            String session = customer.openConsole(jail);
            phone.page().setViewportSize(390, 800);
            phone.attach(jail, session);
            assertThat(phone.page().locator("#console-screen[data-follows]")).hasCount(1);
            customer.type("stty size; echo wide-$((40 + 2))");
            phone.awaitText("wide-42");
            assertThat(phone.everything()).isEqualTo(customer.everything());
            assertThat(
                            (Boolean)
                                    phone.page()
                                            .evaluate(
                                                    "() => { const screen = document.querySelector('#console-screen'); return screen.scrollWidth > screen.clientWidth; }"))
                    .isTrue();
            assertThat(phone.page()
                            .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                    .isEqualTo(0);
            phone.requireAccessible();
            int wide = columns(customer.everything());

            phone.page().locator("#console-take").click();
            phone.awaitViewer("(you) writes");
            assertThat(phone.page().locator("#console-screen[data-follows]")).hasCount(0);
            phone.type("clear; stty size; echo narrow-$((40 + 2))");
            customer.awaitText("narrow-42");
            assertThat(columns(customer.everything())).isLessThan(wide);
            assertThat(customer.page().locator("#console-screen[data-follows]")).hasCount(1);
        }
    }

    @Test
    void stopAFloodByTheKeyboard() {
        try (ConsoleVisitor customer = owner.visit(chromium())) {
            customer.openConsole(jail);
            customer.type("yes");
            await().atMost(Duration.ofSeconds(60)).until(() -> written() > 5_000_000);
            customer.page().keyboard().press("Control+c");
            customer.type("echo stopped-$((40 + 2))");
            customer.awaitText("stopped-42");
        }
    }

    @Test
    void sayThatInputMayBeMissingIfTheHostHasForgottenTheKeyboard() throws Exception {
        try (ConsoleVisitor customer = owner.visit(chromium())) {
            String session = customer.openConsole(jail);
            customer.type("stty -echo; echo ready-$((40 + 2)); while read line; do echo read-$line-; done");
            customer.awaitText("ready-42");
            customer.type("before");
            customer.awaitText("read-before-");
            BrowserNetwork network = chromium().network();
            network.lose();
            customer.type("lost");
            network.cut();
            customer.awaitState("lost");
            useOtherKeyboards(session.substring(session.lastIndexOf('/') + 1));
            network.mend();
            customer.awaitState("attached-again");
            customer.awaitText("5 bytes that you typed while the connection was lost may be missing");
            customer.awaitViewer("(you) writes");
            customer.type("after");
            customer.awaitText("read-after-");
            assertThat(customer.rows()).not().containsText("read-lost-");
        }
    }

    /** Attaches more other keyboards than a host remembers, one after another. */
    private void useOtherKeyboards(String session) throws InterruptedException {
        String exec = "jails/" + jail.id() + "/exec";
        for (int i = 0; i < KEYBOARDS; i++) {
            await().until(() ->
                    fleet.operator().get(exec).json().at("/items/0/viewers").isEmpty());
            String ticket = fleet.operator()
                    .post(exec + "/" + session + "/attach-ticket")
                    .text("ticket");
            try (SessionSocket other =
                    SessionSocket.attach(fleet.operator(), "/api/v1/" + exec + "/" + session + "/attach", ticket)) {
                other.say(new SessionFrame.Keyboard(UUID.randomUUID()));
                while (!(other.next() instanceof SessionFrame.Taken)) {
                    // What the program wrote before comes first.
                }
            }
        }
    }

    @Test
    void doNothingAsOftenAsAProgramLikesAndAnswerItOnce() {
        try (ConsoleVisitor customer = owner.visit(chromium())) {
            String session = customer.openConsole(jail);
            customer.type("for c in b S T L M I Z; do printf \"a\\033[2147483647$c\"; done; echo alive-$((40 + 2))");
            customer.awaitText("alive-42");

            // Another page begins with what the program wrote before, and does not answer the questions in that again.
            customer.type("stty -echo; printf '\\033[c\\033[6n'; read -d R answer; stty echo; echo three-$((40 + 2))"
                    + "; exec sleep 1000");
            customer.awaitText("three-42");
            customer.open(session);
            customer.awaitText("three-42");
            customer.type("typed-after-it");
            customer.awaitText("typed-after-it");
            assertThat(customer.rows()).not().containsText("^[[");
            assertThat(customer.complaints()).isEmpty();
        }
    }

    @Test
    void areUsableOnAPhoneAndInBothThemes() {
        try (ConsoleVisitor customer = owner.visit(chromium())) {
            Page page = customer.page();
            customer.openConsole(jail);
            customer.requireAccessible();
            customer.type("stty size; printf '\\033[31mred\\033[0m\\n'");
            // It comes after the size, which the line that was typed does not show.
            String light = colourOfRed(page);
            String wide = customer.everything();

            page.locator("[data-theme-toggle]").click();
            page.waitForFunction("before => ![null, before].includes(window.colourOfRed())", light);
            page.setViewportSize(390, 800);
            page.waitForFunction(
                    "() => document.querySelector('#console-screen .xterm-screen').getBoundingClientRect().width <= 390");
            assertThat(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                    .isEqualTo(0);
            customer.type("clear; stty size; echo narrow-$((40 + 2))");
            customer.awaitText("narrow-42");
            assertThat(columns(customer.everything())).isLessThan(columns(wide));
            Locator interrupt = page.locator("[data-key=interrupt]");
            assertThat(interrupt).isInViewport();
            assertThat(interrupt.boundingBox().height).isGreaterThanOrEqualTo(40);
            interrupt.click();
            customer.awaitText("^C");

            page.locator("#console-search").fill("no such text");
            page.locator("#console-search").press("Enter");
            assertThat(page.locator("#console-search[data-missing]")).hasCount(1);
            page.locator("#console-search").fill("narrow-42");
            page.locator("#console-search").press("Enter");
            assertThat(page.locator("#console-search[data-missing]")).hasCount(0);

            page.evaluate("() => navigator.clipboard.writeText('echo pasted-$((40 + 2))')");
            page.locator("[data-does=paste]").click();
            // Until then, the button has the focus.
            customer.awaitText("echo pasted-");
            page.keyboard().press("Enter");
            customer.awaitText("pasted-42");
            customer.requireAccessible();
            customer.open("/jails/" + jail.id() + "/console");
            assertThat(page.locator("#console-sessions tbody tr")).hasCount(1);
            customer.requireAccessible();
            assertThat(customer.complaints()).isEmpty();
        }
    }

    /** Returns the columns that stty has printed last. */
    private static int columns(String text) {
        return text.lines()
                .filter(line -> line.matches("\\d+ \\d+"))
                .map(line -> Integer.valueOf(line.substring(line.indexOf(' ') + 1)))
                .toList()
                .getLast();
    }

    private static String colourOfRed(Page page) {
        page.evaluate("""
                () => {
                    window.colourOfRed = () => {
                        const red = [...document.querySelectorAll(".xterm-rows span")].find((span) => span.textContent === "red");
                        return red ? getComputedStyle(red).color : null;
                    };
                }""");
        // The same word is in the line that was typed, before it is written in its colour.
        page.waitForFunction("() => window.colourOfRed()");
        return String.valueOf(page.evaluate("() => window.colourOfRed()"));
    }
}
