package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes the pictures of the README from a {@code ./run} with real jails. It stores them in {@code target/pictures}, or in the directory
 * of {@code -Dbailiwick.pictures=}.
 */
@ExtendWith(AsRoot.class)
class PicturesTest {

    private static final Path PICTURES = Path.of(System.getProperty("bailiwick.pictures", "target/pictures"));
    private static final Pattern SIGN_IN = Pattern.compile("Sign in, once +(https://\\S+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WIDTH = 1280;
    private static final int MAX_BYTES = 130_000;

    private static final String WEB = """
            use IO::Socket::INET; $SIG{TERM} = sub { exit }; \
            my $web = IO::Socket::INET->new(LocalPort => 80, Listen => 64) or die; \
            while (my $visitor = $web->accept) { print $visitor "HTTP/1.0 200 OK\\r\\n\\r\\nWelcome" }""";

    /** Makes calls that a jail blocks, like a program that was written for a whole machine. */
    private static final String CURIOUS = "mount -t tmpfs none /mnt; dmesg; exec perl -e '" + WEB + "'";

    @Test
    void showARealRun() throws Exception {
        Chromium.assumeInstalled();
        try (TestPartition partition = TestPartition.take()) {
            // A run that was killed may have left this directory.
            Path data = Path.of("/var/lib", partition.cgroup());
            Installation.delete(data);
            List<String> options = RunScript.options(partition, data);
            try {
                Matcher entry = SIGN_IN.matcher(RunScript.start(options).well().output());
                assertThat(entry.find()).isTrue();
                Api api = RunScript.api(data, options);
                UUID shop = jails(api, data, RunScript.remembered(data, "host"));
                pictures(entry.group(1), shop);
            } finally {
                RunScript.run(options, "--stop", "--stop-jails");
                partition.clear();
                Installation.delete(partition.directory());
                Installation.delete(data);
            }
        }
    }

    /** Creates jails of two customers, in every lasting state. */
    private static UUID jails(Api api, Path data, String host) {
        String first = api.post("customers", "{\"name\":\"Halle Online\"}").text("id");
        String second = api.post("customers", "{\"name\":\"Kiel Books\"}").text("id");
        List<UUID> made = new ArrayList<>();
        for (String name : List.of("forum", "mail", "wiki", "archive", "catalogue", "orders", "shop")) {
            boolean ofTheFirst = List.of("forum", "wiki", "shop").contains(name);
            ObjectNode jail = Answer.JSON.createObjectNode();
            jail.put("name", name);
            jail.put("customer", ofTheFirst ? first : second);
            jail.put("host", host);
            jail.put("hostname", name + (ofTheFirst ? ".halle.example" : ".kiel.example"));
            jail.put("path", data + "/jails/" + name);
            jail.put("base", "thin");
            jail.putArray("ip").add("auto");
            ArrayNode command = jail.putArray("command");
            switch (name) {
                case "orders" -> command.add("/usr/bin/orders").add("--serve");
                case "shop" -> List.of("/bin/sh", "-c", CURIOUS).forEach(command::add);
                default -> List.of("/usr/bin/perl", "-e", WEB).forEach(command::add);
            }
            ObjectNode policy = jail.putObject("policy").put("profile", "hosting");
            if (name.equals("shop")) {
                ArrayNode overrides = policy.putArray("overrides");
                overrides
                        .addObject()
                        .put("call", "ptrace")
                        .put("decision", "deny:EPERM")
                        .put("reason", "Not wanted here; asked for by the customer");
                overrides
                        .addObject()
                        .put("call", "io_uring_setup")
                        .put("decision", "log")
                        .put("reason", "See what the database would use before it is allowed");
            }
            jail.put("wanted", name.equals("archive") ? "stopped" : "running");
            made.add(UUID.fromString(api.post("jails?wait=1m", jail.toString()).text("id")));
        }
        await("the jails are as defined, except for one that cannot start")
                .atMost(PATIENCE)
                .until(() -> made.stream()
                        .map(id -> api.jail(id).orElseThrow())
                        .allMatch(jail -> jail.name().equals("orders")
                                ? !jail.status().conditions().isEmpty()
                                : jail.isSettled()));
        UUID curious = made.getLast();
        await("its blocked calls are counted")
                .atMost(PATIENCE)
                .until(() -> api.get("jails/" + curious + "/denials")
                        .json()
                        .toString()
                        .contains("syslog"));
        return curious;
    }

    /** Signs in by the link, which works once. */
    private static void signIn(Page page, String entry) {
        page.navigate(entry);
        page.locator("main button").click();
        page.waitForURL("**/jails");
    }

    private static void pictures(String entry, UUID shop) throws IOException {
        Files.createDirectories(PICTURES);
        try (Chromium chromium = Chromium.launch(URI.create(entry));
                BrowserContext context = chromium.newContext(new NewContextOptions()
                        .setIgnoreHTTPSErrors(true)
                        .setViewportSize(WIDTH, 800)
                        .setColorScheme(ColorScheme.LIGHT))) {
            Page page = context.newPage();
            signIn(page, entry);
            String origin = entry.substring(0, entry.indexOf("/sign-in"));
            take(page, origin + "/jails/" + shop + "/policy", "syslog", "jail.png");
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            take(page, origin + "/jails", "orders", "jails.png");
        }
    }

    /** Takes a picture of a page once it has the text that comes last. */
    private static void take(Page page, String address, String last, String name) throws IOException {
        page.navigate(address);
        page.getByText(last).first().waitFor();
        byte[] picture = FewColours.of(page.screenshot(new ScreenshotOptions().setFullPage(true)));
        Files.write(PICTURES.resolve(name), picture);
        assertThat(picture.length).as("bytes of " + name).isBetween(10_000, MAX_BYTES);
    }
}
