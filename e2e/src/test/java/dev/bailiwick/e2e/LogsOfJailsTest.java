package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What a jail writes, from its pipe to the API: while it runs, when it is stopped, and after it. */
@OnFleet
class LogsOfJailsTest {

    @Test
    void haveEachLineAndCanBeSearchedAlsoAfterTheJail(Fleet fleet) throws Exception {
        ObjectNode definition = fleet.definition("writer", 96);
        definition
                .putArray("command")
                .add("/bin/sh")
                .add("-c")
                .add("seq -f 'line %.0f' 20000; printf '\\377\\033[1mopen'; sleep 1000");
        Jail jail = fleet.create(definition);
        Api operator = fleet.operator();
        String logs = "jails/" + jail.id() + "/logs";
        await().until(() -> operator.get(logs + "?tail=1").body().endsWith("open"));

        List<String> lines = operator.get(logs).requireSuccess().body().lines().toList();
        assertThat(lines).hasSize(20_001);
        assertThat(lines.subList(0, 20_000))
                .isEqualTo(IntStream.rangeClosed(1, 20_000)
                        .mapToObj(i -> "line " + i)
                        .toList());
        assertThat(operator.get(logs + "?grep=line%201999").body().lines()).hasSize(11);
        assertThat(operator.get(logs + "?grep=no%20such%20line")
                        .requireSuccess()
                        .body())
                .isEmpty();
        assertThat(operator.get(logs + "?tail=2").body()).startsWith("line 20000\n");
        assertThat(operator.get(logs + "?format=ndjson&tail=1").body())
                .contains("\"base64\":\"/xtbMW1vcGVu\"", "\"partial\":true", "\"stream\":\"output\"");
        long written = lines.stream()
                        .limit(20_000)
                        .mapToLong(line -> line.length() + 1)
                        .sum()
                + 9;
        assertThat(operator.get(logs + "?format=ndjson&grep=no%20such%20line").body())
                .isEqualTo("{\"end\":" + written + "}\n");
        assertThat(operator.get(logs + "?since=2100-01-01T00:00:00Z").body()).isEmpty();

        operator.post("jails/" + jail.id() + "/stop?wait=1m").jail();
        assertThat(operator.get(logs + "?tail=1").body()).contains("open");

        Files.writeString(Path.of(Objects.requireNonNull(jail.path()), "root/note"), "kept");
        assertThat(operator.delete("jails/" + jail.id() + "?files=keep&wait=1m").status())
                .isEqualTo(204);
        assertThat(operator.get(logs + "?grep=line%2019999").body()).isEqualTo("line 19999\n");

        String kept = operator.get("kept-files?host=" + fleet.host())
                .json()
                .at("/items/0/id")
                .asString();
        assertThat(operator.delete("kept-files/" + kept).status()).isEqualTo(202);
        await().until(() -> operator.get("kept-files/" + kept).status() == 404);
    }
}
