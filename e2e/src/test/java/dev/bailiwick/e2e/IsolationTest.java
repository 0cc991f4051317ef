package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a jail that was ordered by REST shows to those inside, and what the same commands show outside. */
@OnFleet
class IsolationTest {

    private static final String BIND = """
            perl -MIO::Socket::INET -MErrno -e 'print IO::Socket::INET->new(LocalAddr => "%s", LocalPort => 0, Listen => 1) \
            ? "bound\\n" : $!{EADDRNOTAVAIL} ? "EADDRNOTAVAIL\\n" : "$!\\n"'
            """;

    @Test
    void insideThereIsOnlyTheJail(Fleet fleet) throws Exception {
        Jail jail = fleet.create(
                withScript(fleet, "only", 80, """
                id -u
                hostname
                ip -o -4 addr show scope global | tr -s ' ' | cut -d' ' -f4
                ls /proc | grep -c -x '[0-9]*'
                grep -c '%s' /proc/mounts
                """.formatted(fleet.plot().directory())));

        List<String> said = said(fleet, jail);

        assertThat(said.subList(0, 3)).containsExactly("0", "only.example", jail.address4() + "/32");
        assertThat(Integer.parseInt(said.get(3))).as("processes").isLessThan(8);
        assertThat(said.get(4)).as("mounts that name the host's directories").isEqualTo("0");
        assertThat(outside("hostname")).isNotEqualTo("only.example");
        assertThat(Integer.parseInt(outside("ls /proc | grep -c -x '[0-9]*'"))).isGreaterThan(20);
    }

    @Test
    void anAddressThatIsAnotherJailsCanNotBeBound(Fleet fleet) throws Exception {
        Jail neighbour = fleet.create(fleet.definition("neighbour", 81));
        Jail jail = fleet.create(
                withScript(fleet, "binder", 82, BIND.formatted(neighbour.address4()) + BIND.formatted("0.0.0.0")));

        assertThat(said(fleet, jail)).containsExactly("EADDRNOTAVAIL", "bound");
        assertThat(outside(BIND.formatted("127.0.0.1"))).isEqualTo("bound");
    }

    /** What the script says is followed by a line that tells that it has said all; then the jail stays. */
    private static ObjectNode withScript(Fleet fleet, String name, int number, String script) {
        ObjectNode definition = fleet.definition(name, number);
        ArrayNode command = definition.putArray("command");
        command.add("/bin/sh").add("-c").add("trap 'exit 0' TERM\n" + script + "\necho said\nsleep 1000 & wait");
        return definition;
    }

    private static List<String> said(Fleet fleet, Jail jail) {
        return await()
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Files.readAllLines(fleet.logOf(jail)), lines -> lines.contains("said"))
                .stream()
                .takeWhile(line -> !line.equals("said"))
                .toList();
    }

    private static String outside(String script) throws IOException {
        Process shell = new ProcessBuilder("/bin/sh", "-c", script).start();
        return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
