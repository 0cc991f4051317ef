package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogRead;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What jails write is in their logs, whatever they and their agent do. */
@NeedsRoot
class RecordedOutputTest extends OneHostTest {

    private static final String COUNT =
            "i=0; while test $i -lt 1000; do i=$((i+1)); echo $i; sleep 0.005; done; echo end";

    @Test
    void hasABurstWhole() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("burst", "/bin/sh", "-c", "seq -f '%.0f is a line of a long burst' 200000"));
        host.awaitEnd();
        host.kernel.release(id);
        host.kernel.awaitLog(id);

        List<String> lines = textOf(id).lines().toList();

        assertThat(lines).hasSize(200_000);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo((i + 1) + " is a line of a long burst");
        }
    }

    @Test
    void isNotDelayedByAFloodOfAnotherJail() throws Exception {
        JailId flood = host.newId();
        host.start(flood, host.definition("flood", "/bin/sh", "-c", "exec yes"));
        host.awaitLog(flood, "y\n");
        JailId calm = host.newId();
        host.start(calm, host.definition("calm", "/bin/sh", "-c", COUNT));

        host.awaitLog(calm, "end\n");
        host.awaitEnd();
        assertThat(host.kernel.observe()).anyMatch(jail -> jail.id().equals(flood) && jail.isRunning());
        assertThat(textOf(calm)).isEqualTo(counted());
        host.kernel.kill(flood);
        host.awaitEnd();
    }

    @Test
    void isWholeAfterARestartOfTheAgentAndSaysWhereItWas() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("counting", "/bin/sh", "-c", COUNT));
        host.awaitLog(id, "100\n");
        host.restartAgent();
        assertThat(host.kernel.observe()).hasSize(1);
        host.awaitEnd();
        host.kernel.release(id);
        host.kernel.awaitLog(id);

        assertThat(textOf(id)).isEqualTo(counted());
        assertThat(entries(id).stream().filter(LogEntry.Gap.class::isInstance))
                .singleElement()
                .satisfies(gap -> assertThat(((LogEntry.Gap) gap).lost()).isZero());
    }

    @Test
    void keepsLessOfALogFromTheMomentItsLimitIsLower() throws Exception {
        JailId id = host.newId();
        JailDefinition large = host.definition(
                "writer", "/bin/sh", "-c", "seq -f '%.0f is a line of a long log' 100000; echo end; exec sleep 1000");
        host.start(id, large);
        host.awaitLog(id, "end\n");
        assertThat(textOf(id)).startsWith("1 is").hasSizeGreaterThan(2 << 20);

        host.kernel.adjust(id, large.with(Limits.NONE.with(Limit.LOG, 1 << 20)));

        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (textOf(id).startsWith("1 is")) {
            assertThat(System.nanoTime()).as("the oldest is dropped").isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(textOf(id)).hasSizeBetween(1 << 18, 1 << 20).endsWith("100000 is a line of a long log\nend\n");
        assertThat(host.kernel.observe()).anyMatch(jail -> jail.id().equals(id) && jail.isRunning());
        host.kernel.kill(id);
        host.awaitEnd();
    }

    private static String counted() {
        return IntStream.rangeClosed(1, 1_000).mapToObj(i -> i + "\n").collect(Collectors.joining()) + "end\n";
    }

    private String textOf(JailId id) throws InterruptedException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (LogEntry entry : entries(id)) {
            if (entry instanceof LogEntry.Output output) {
                text.writeBytes(output.content());
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private List<LogEntry> entries(JailId id) throws InterruptedException {
        LogRead read = new LogRead(
                id,
                OptionalLong.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO);
        LogPart part = host.kernel.read(read);
        List<LogEntry> entries = new ArrayList<>(part.entries());
        while (!part.atEnd()) {
            part = host.kernel.read(read.after(part.next()));
            entries.addAll(part.entries());
        }
        return entries;
    }
}
