package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/**
 * The way of a customer through the console, in one piece: a network that goes away, a colleague who takes the keyboard, staff, and a right that is
 * withdrawn. The browsers record it; after a failure, the traces are in {@code target/traces} (show them with {@code npx playwright show-trace}).
 */
@Tag("browser")
@OnFleet
@Timeout(300)
class ConsoleJourneyTest {

    private static final Path TRACES = Path.of("target", "traces");
    private static final int LINES = 300;
    private static final Duration WITHOUT_NETWORK = Duration.ofSeconds(5);
    /** Two seconds are required, and ConsoleSpeedTest measures them; the rest is for browsers that record on a busy machine. */
    private static final Duration MAX_UNTIL_CLOSED = Duration.ofSeconds(5);

    @Test
    void continuesAtTheExactByteAndIsSharedAndClosesWithTheRight(Fleet fleet) throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(ConsoleVisitor.PATIENCE);
        ObjectNode definition = fleet.definition("journey", 97);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        Jail jail = fleet.create(definition);
        ConsoleUser owner = ConsoleUser.of(fleet, fleet.customer());
        ConsoleUser other = ConsoleUser.of(fleet, fleet.newCustomer("Elsewhere " + UUID.randomUUID()));
        other.give(jail, "console", "power");
        try (Chromium chromium = Chromium.launch(fleet.origin(), "--ignore-certificate-errors");
                ConsoleVisitor customer = owner.visit(chromium).recorded("customer");
                ConsoleVisitor colleague = other.visit(chromium).recorded("colleague");
                ConsoleVisitor staff = new ConsoleVisitor(
                                fleet,
                                chromium,
                                fleet.entry().login(),
                                fleet.entry().password())
                        .recorded("staff")) {
            try {
                String session = customer.openConsole(jail);
                losesTheNetworkAndContinues(fleet, jail, customer, chromium.network());
                sharesTheKeyboard(jail, session, customer, colleague, owner.login(), other.login());
                staff.attach(jail, session);
                customer.awaitViewer(fleet.entry().login() + " watches");
                losesTheRight(jail, session, other, colleague);
                customer.page().locator("#console-take").click();
                customer.awaitViewer(owner.login() + " (you) writes");
                customer.type("exit 3");
                customer.awaitState("exited");
                assertThat(customer.page().locator("#console-state")).containsText("exited with 3");
                staff.awaitState("exited");
                for (ConsoleVisitor visitor : List.of(customer, colleague, staff)) {
                    assertThat(visitor.complaints()).isEmpty();
                }
            } catch (Throwable failed) {
                for (ConsoleVisitor visitor : List.of(customer, colleague, staff)) {
                    visitor.keepRecord(TRACES);
                }
                throw failed;
            }
        }
    }

    private static void losesTheNetworkAndContinues(
            Fleet fleet, Jail jail, ConsoleVisitor customer, BrowserNetwork network) {
        customer.type("echo one-$((40 + 2))");
        customer.awaitText("one-42");
        customer.type("i=0; while [ $i -lt " + LINES + " ]; do i=$((i+1)); echo line-$i-; sleep 0.03; done");
        assertThat(customer.rows()).containsText(Pattern.compile("line-\\d+-"));

        network.cut();
        long cut = System.nanoTime();
        long atCut = written(fleet, jail);
        customer.awaitState("lost");
        await().until(() -> System.nanoTime() - cut >= WITHOUT_NETWORK.toNanos());
        // The program has gone on all the time: 160 lines on a machine that does nothing else.
        assertThat(written(fleet, jail)).isGreaterThan(atCut + 50L * "line-10-\r\n".length());
        network.mend();
        customer.awaitState("attached-again");
        customer.awaitText("line-" + LINES + "-");
        customer.awaitViewer("(you) writes");
        customer.type("echo two-$((40 + 2))");
        customer.awaitText("two-42");
        assertThat(customer.everything().lines().filter(line -> line.startsWith("line-")))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, LINES)
                        .mapToObj(i -> "line-" + i + "-")
                        .toList());
        assertThat(customer.page().locator("#console-screen").getAttribute("data-shown"))
                .isEqualTo(Long.toString(written(fleet, jail)));
    }

    private static void sharesTheKeyboard(
            Jail jail, String session, ConsoleVisitor customer, ConsoleVisitor colleague, String owner, String other) {
        colleague.attach(jail, session);
        colleague.awaitText("two-42");
        colleague.awaitViewer(other + " (you) watches");
        customer.awaitViewer(other + " watches");
        colleague.type("echo unheard-$((40 + 2))");
        colleague.page().locator("#console-take").click();
        colleague.awaitViewer(other + " (you) writes");
        customer.awaitViewer(other + " writes");
        customer.awaitViewer(owner + " (you) watches");
        assertThat(customer.page().locator("#console-take")).isVisible();
        colleague.type("echo second-$((40 + 2))");
        customer.awaitText("second-42");
        assertThat(customer.rows()).not().containsText("unheard");
    }

    private static void losesTheRight(Jail jail, String session, ConsoleUser other, ConsoleVisitor colleague) {
        int tickets = colleague.tickets();
        other.give(jail, "power");
        long withdrawn = System.nanoTime();
        colleague.awaitState("withdrawn");
        assertThat(Duration.ofNanos(System.nanoTime() - withdrawn)).isLessThan(MAX_UNTIL_CLOSED);
        // Not even when the browser says that its network is back.
        colleague.page().evaluate("() => dispatchEvent(new Event('online'))");
        colleague.page().evaluate("() => document.dispatchEvent(new Event('server-back'))");
        assertThat(colleague.tickets()).isEqualTo(tickets);
        colleague.page().locator("#console-again").click();
        colleague.awaitState("refused");
        colleague.open(session);
        assertThat(colleague.page().locator("#console-screen")).hasCount(0);
    }

    /** Returns how much the program of the only session has written. */
    private static long written(Fleet fleet, Jail jail) {
        return fleet.operator()
                .get("jails/" + jail.id() + "/exec")
                .json()
                .at("/items/0/bytes")
                .asLong();
    }
}
