package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.jail.stream.SessionFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A Debian with systemd boots in a jail of profile {@code system} with a terminal, to which people attach, and log in. */
@OnFleet
@Timeout(900)
class SystemdConsoleTest {

    private static final String TEMPLATE = "systemd";
    private static final String SKIPPED = "Skipped: ";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void showsSystemdsWordsAndALogin(Fleet fleet) throws Exception {
        provideTemplate(fleet);
        ObjectNode definition = fleet.definition("debian", 101);
        definition.put("base", "template:" + TEMPLATE).put("console", "tty");
        definition.putObject("policy").put("profile", "system");
        definition.putArray("command").add("/sbin/init");
        Jail jail = fleet.create(definition);
        String path = "jails/" + jail.id();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(systemctl(fleet, path, "is-system-running"))
                        .as(log(fleet, path))
                        .isEqualTo("running\n"));
        await().atMost(PATIENCE).until(() -> log(fleet, path).contains("login:"));
        assertThat(log(fleet, path)).contains("running in system mode", "Welcome to", "Reached target");

        JsonNode terminal =
                fleet.operator().get(path + "/exec").json().get("items").get(0);
        assertThat(terminal.get("kind").asString()).isEqualTo("init");
        String session = path + "/exec/" + terminal.get("id").asString();
        String ticket = fleet.operator().post(session + "/attach-ticket").text("ticket");
        try (SessionSocket attached =
                SessionSocket.attach(fleet.operator(), "/api/v1/" + session + "/attach", ticket)) {
            attached.awaitText("login:");
            assertThat(attached.shown()).contains("Reached target");
            attached.say(new SessionFrame.Writer(List.of()));
            attached.type("nobody-of-this-name\n");
            attached.awaitText("Password:");
        }

        Jail stopped = fleet.operator().post(path + "/stop?wait=1m").jail();
        assertThat(stopped.status().phase()).isEqualTo("stopped");
        assertThat(log(fleet, path)).contains("Stopped");
    }

    private static String systemctl(Fleet fleet, String path, String argument) {
        return fleet.operator()
                .post(path + "/exec", "{\"wait\": true, \"command\": [\"/usr/bin/systemctl\", \"" + argument + "\"]}")
                .requireSuccess()
                .text("output");
    }

    private static String log(Fleet fleet, String path) {
        return fleet.operator().get(path + "/logs").requireSuccess().body();
    }

    private static void provideTemplate(Fleet fleet) throws IOException, InterruptedException {
        assumeTrue(
                Boolean.getBoolean("bailiwick.long"),
                "a Debian takes minutes to install: run ./test --long to include it");
        Process script = new ProcessBuilder(Installation.script("systemd").toString(), "--userland")
                .redirectErrorStream(true)
                .start();
        List<String> output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(script.waitFor(10, TimeUnit.MINUTES)).isTrue();
        output.stream().filter(line -> line.startsWith(SKIPPED)).findFirst().ifPresent(line -> abort(line));
        assertThat(script.exitValue()).as(output.toString()).isZero();
        Path link = fleet.partition().directory().resolve("state/templates").resolve(TEMPLATE);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(output.getLast()));
    }
}
