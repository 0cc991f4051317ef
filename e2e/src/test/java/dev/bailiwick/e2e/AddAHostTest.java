package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.bailiwick.e2e.Guide.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Follows docs/add-a-host.md literally. The server is on one machine and the new host is another; each has its own network, and a
 * cable connects them. The test replaces only scp, and systemctl, which runs the commands of the installed unit.
 */
@ExtendWith(AsRoot.class)
@TestInstance(Lifecycle.PER_CLASS)
class AddAHostTest {

    private static final Path ROOT = Path.of("/");
    private static final Pattern SETTING = Pattern.compile("(?m)^((?:kernel|fs)\\.\\S+) = \\d+$");
    private static final Pattern SIGN_IN = Pattern.compile("Sign in, once +(\\S+)");

    private static final String SYSTEMCTL = """
            #!/bin/sh
            set -eu
            unit=/etc/systemd/system/bailiwick-agent.service
            case $* in
                daemon-reload) test -s $unit ;;
                'enable --now bailiwick-agent')
                    setsid $(sed -n 's/^ExecStart=//p' $unit) </dev/null >/var/log/bailiwick-agent.log 2>&1 &
                    echo $! >/run/bailiwick-agent.pid ;;
                'disable --now bailiwick-agent')
                    pid=$(cat /run/bailiwick-agent.pid)
                    kill "$pid"
                    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done ;;
                *) echo "systemctl $*: not expected here" >&2; exit 1 ;;
            esac
            """;

    private @Nullable TestPartition serversPartition;
    private @Nullable Machine servers;
    private @Nullable TestPartition hostsPartition;
    private @Nullable Machine hosts;
    private String signInLink = "";
    /** This machine's kernel settings before the guide prepared a host; all hosts share one kernel. */
    private final Map<Path, Long> settings = new HashMap<>();

    @BeforeAll
    void startServerAsThePageSays() throws Exception {
        TestPartition partition = TestPartition.take();
        serversPartition = partition;
        Machine machine = Machine.besides(partition.directory().resolve("machine"));
        servers = machine;
        // The server needs the address before the cable is connected.
        machine.run(ROOT, """
                ip address add 198.51.100.1/32 dev lo
                """, List.of());
        Block first = guide(inTheTree()).blocks().getFirst();
        assertThat(first.commands()).startsWith("./run ");
        String said = machine.run(
                root(),
                guide(inTheTree()).filled(first.commands()).strip() + options(partition) + " --detach --no-demo"
                        + " --no-training --no-build",
                List.of());
        Matcher link = SIGN_IN.matcher(said);
        assertThat(link.find()).as(said).isTrue();
        signInLink = link.group(1);
    }

    @AfterAll
    void stopServer() throws Exception {
        if (serversPartition != null) {
            if (servers != null) {
                servers.run(root(), "./run --stop --stop-jails" + options(serversPartition), List.of());
                servers.close();
            }
            end(serversPartition);
        }
    }

    @BeforeEach
    void noteTheKernelsSettings() throws IOException {
        Matcher setting = SETTING.matcher(Files.readString(root().resolve("deploy/prepare-host.sh")));
        while (setting.find()) {
            Path file = Path.of("/proc/sys", setting.group(1).replace('.', '/'));
            if (Files.exists(file)) {
                settings.put(file, setting(file));
            }
        }
        assertThat(settings).isNotEmpty();
    }

    /** Restores the kernel settings that became lower; settings that became higher stay, because others may have raised them. */
    @AfterEach
    void restoreWhatWasLowered() throws IOException {
        for (Map.Entry<Path, Long> before : settings.entrySet()) {
            if (setting(before.getKey()) < before.getValue()) {
                Files.writeString(before.getKey(), Long.toString(before.getValue()));
            }
        }
    }

    private static long setting(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    @BeforeEach
    void bringABareMachine() throws Exception {
        TestPartition partition = TestPartition.take();
        hostsPartition = partition;
        Machine machine = Machine.bare(partition.directory().resolve("machine"));
        hosts = machine;
        server().connect(
                        machine,
                        List.of("198.51.100.3/31", "fd00:5e:1::1/64"),
                        List.of("198.51.100.2/31", "fd00:5e:1::2/64"));
        machine.run(
                ROOT, """
                ip route add 198.51.100.1 via 198.51.100.3
                mkdir -p /etc/bailiwick
                printf 'cgroup=%s\\nfirst-host-id=%d\\nhost-id-ranges=%d\\n' >/etc/bailiwick/agent.properties
                """.formatted(partition.cgroup(), partition.firstHostId(), partition.hostIdRanges()), List.of());
        program("scp", """
                #!/bin/sh
                exec cp "$1" '%s/'
                """.formatted(machine.temporary()));
        program("systemctl", SYSTEMCTL);
    }

    @AfterEach
    void takeTheMachineAway() throws Exception {
        if (hostsPartition != null) {
            if (hosts != null) {
                hosts.run(ROOT, """
                        if [ -e /run/bailiwick-agent.pid ]; then
                            pid=$(cat /run/bailiwick-agent.pid)
                            # Until it has ended: the last that an agent without jails does is to remove its cgroup.
                            while kill "$pid" 2>/dev/null; do sleep 0.1; done
                        fi
                        ip link delete up0
                        """, List.of());
                hosts.close();
            }
            end(hostsPartition);
            hostsPartition = null;
            hosts = null;
        }
    }

    @Test
    void leadsFromABareMachineToAJailThatAnswersAndBack() throws Exception {
        Guide guide = guide(inTheTree());
        guide.learn("NAME", "by-the-page");
        List<Block> blocks = guide.blocks();
        String last = "";
        for (Block block : blocks.subList(1, blocks.size())) {
            if (block.asks("/hosts/HOST_ID\n") && !block.asks("DELETE")) {
                awaitConnected(guide, block);
            } else {
                last = follow(guide, block);
                guide.learn(last);
            }
            if (block.asks("/jails?wait=")) {
                assertThat(last).containsPattern("\"phase\" ?: ?\"running\"");
            }
            if (block.asks("http://JAIL_ADDRESS/")) {
                assertThat(last).isEqualTo("Hello from a jail\n");
                assertThat(guide.word("JAIL_ADDRESS"))
                        .as("from the host's own pool")
                        .startsWith("198.19.");
            }
        }
        assertThat(api("/hosts/" + guide.word("HOST_ID"))).contains("404");
        assertThat(api("/jails")).doesNotContain(guide.word("JAIL_ID"));
        assertThat(host().run(ROOT, "ls /opt /var/lib/bailiwick", List.of()))
                .doesNotContain("bailiwick-agent", "agent\n");
    }

    @Test
    @Tag("browser")
    void leadsThroughThePagesByTheWordsThatTheyShow() throws Exception {
        Chromium.assumeInstalled();
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        Path program = program("chromium", "#!/bin/sh\n" + server().inItsNetwork(Chromium.PROGRAM.toString()) + "\n");
        try (Chromium chromium = Chromium.launch(program)) {
            Page page = chromium.newContext(new NewContextOptions().setIgnoreHTTPSErrors(true))
                    .newPage();
            page.navigate(signInLink);
            page.locator("main button").click();
            page.locator(".nav a[href='/hosts']").click();
            page.locator("a[href='/hosts/new']").click();
            page.locator("#name").fill("by-the-pages");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/hosts/*-*");
            String address = page.url();
            String line = page.locator("#join-command").textContent();
            assertThat(line).contains("bwj_", "join --server 198.51.100.1:8444");
            assertThat(page.locator("main")).not().containsText("Other machines cannot connect");

            Page reading = page.context().newPage();
            reading.navigate(origin(address) + "/hosts/new/guide");
            Guide guide = guide(reading.locator("body").innerText() + "\n");
            guide.learn("HOST_ID", address.substring(address.lastIndexOf('/') + 1));
            List<Block> blocks = guide.blocks();
            assertThat(blocks).hasSameSizeAs(guide(inTheTree()).blocks());
            for (Block block : blocks.subList(1, 3)) {
                follow(guide, block);
            }
            host().run(ROOT, line, programs());
            host().run(ROOT, page.locator("#start-command").textContent(), programs());

            assertThat(page.locator("#host-state")).containsText("Connected");
            assertThat(page.locator("#host-facts")).containsText("Kernel");
            page.locator("#joining a").click();
            assertThat(page.locator("#do-join-again")).isVisible();
            assertThat(page.locator("#join-title")).hasCount(0);

            for (Block block : blocks) {
                if (block.asks("/pools -d") || block.asks("route add")) {
                    guide.learn(follow(guide, block));
                }
            }
            page.locator(".page-head .actions a[href^='/jails/new']").click();
            page.locator("#name").fill("from-the-pages");
            page.locator("#customer").fill("Demo");
            assertThat(page.locator("#host")).hasValue(guide.word("HOST_ID"));
            page.locator(".form-end .primary").click();
            page.waitForURL("**/jails/*-*");
            assertThat(page.locator("#jail-state")).containsText("Running");
            assertThat(page.locator("main")).containsText("198.19.");

            page.navigate(address);
            assertThat(page.locator("#host-jails")).containsText("from-the-pages");
            page.locator("#do-remove").click();
            assertThat(page.locator("main")).containsText("1 jail is on this host");
            page.getByText("Show its jails").click();
            page.locator("tbody .cell-name a").click();
            page.locator(".tabs a[href$='/settings']").click();
            page.locator(".page-head .danger").click();
            page.locator("input[value=DELETED]").check();
            page.locator("#confirm").fill("from-the-pages");
            page.locator(".form-end .danger").click();
            page.waitForURL("**/jails");
            page.navigate(address);
            assertThat(page.locator("#host-jails")).containsText("No jails are on this host");
            page.locator("#do-remove").click();
            page.locator(".form-end .danger").click();
            page.waitForURL("**/hosts");
            assertThat(page.locator("main")).containsText("by-the-pages removed.");
            assertThat(page.locator("#hosts")).not().containsText("by-the-pages");
            server().run(ROOT, guide.filled("ip route del POOL via HOST\nip -6 route del POOL6 via HOST6"), List.of());
        }
    }

    private void awaitConnected(Guide guide, Block block) {
        await("the host is connected")
                .atMost(Duration.ofSeconds(60))
                .until(() -> follow(guide, block).matches("(?s).*\"connected\" ?: ?true.*"));
    }

    /** Runs a block of the guide on the machine that it names; returns its output. */
    private String follow(Guide guide, Block block) throws IOException, InterruptedException {
        String commands = guide.filled(block.commands());
        return block.where().equals("server")
                ? server().run(root(), commands, programs())
                : host().run(ROOT, commands, programs());
    }

    private String api(String path) throws IOException, InterruptedException {
        Guide guide = guide("");
        return server().run(
                        ROOT,
                        guide.filled(
                                "curl -sS -w ' %{http_code}' --cacert AUTHORITY -H 'Authorization: Bearer API_TOKEN'"
                                        + " https://127.0.0.1:8443/api/v1" + path),
                        List.of());
    }

    private Guide guide(String text) throws IOException {
        Map<String, String> words = new HashMap<>();
        words.put("SERVER", "198.51.100.1");
        words.put("HOST", "198.51.100.2");
        words.put("HOST6", "fd00:5e:1::2");
        if (hostsPartition != null) {
            words.put("POOL", hostsPartition.pool4());
            words.put("POOL6", hostsPartition.pool6());
        }
        Path server = Objects.requireNonNull(serversPartition).directory().resolve("run/server");
        words.put("AUTHORITY", server.resolve("authority.pem").toString());
        if (Files.exists(server.resolve("authorization"))) {
            String authorization =
                    Files.readString(server.resolve("authorization")).strip();
            words.put("API_TOKEN", authorization.substring(authorization.lastIndexOf(' ') + 1));
            words.put(
                    "CUSTOMER_ID",
                    Files.readString(server.resolve("customer.id")).strip());
        }
        return new Guide(text, words);
    }

    private static String inTheTree() throws IOException {
        return Files.readString(root().resolve("docs/add-a-host.md"));
    }

    private static Path root() {
        return Objects.requireNonNull(Installation.run().getParent());
    }

    private static String origin(String address) {
        return address.substring(0, address.indexOf('/', "https://".length()));
    }

    /** Returns options of {@code ./run} that keep the server apart from jails of other tests on this machine. */
    private static String options(TestPartition partition) {
        return " --data '%s' --instance %s --pool %s --pool6 %s --first-host-id %d --host-id-ranges %d"
                .formatted(
                        partition.directory().resolve("run"),
                        partition.cgroup(),
                        partition.pool4(),
                        partition.pool6(),
                        partition.firstHostId(),
                        partition.hostIdRanges());
    }

    private Path program(String name, String text) throws IOException {
        Path directory = Files.createDirectories(programs().getFirst());
        Path program = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private List<Path> programs() {
        return List.of(Objects.requireNonNull(hostsPartition).directory().resolve("programs"));
    }

    private Machine server() {
        return Objects.requireNonNull(servers);
    }

    private Machine host() {
        return Objects.requireNonNull(hosts);
    }

    private static void end(TestPartition partition) throws IOException {
        partition.clear();
        Installation.delete(partition.directory());
        partition.close();
    }
}
