package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.reconcile.LogContext;
import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogLineFormatterTest {

    private static final JailId JAIL = JailId.parse("019ab3c4-7d1e-7b32-9f00-3c1c7ae0b6de");

    @Test
    void writesOneLineWithWhatTheThreadWorksOn() {
        LogRecord entry = new LogRecord(Level.WARNING, "start failed:\nfake line");
        entry.setInstant(Instant.parse("2026-11-01T12:00:00.123456Z"));
        entry.setLoggerName("dev.bailiwick.agent.reconcile.StepRunner");
        LogContext.on(JAIL, 7);

        String line = new LogLineFormatter().format(entry);

        LogContext.end();
        assertThat(line)
                .isEqualTo("2026-11-01T12:00:00.123Z WARN  StepRunner: start failed:\\nfake line generation=7 jail="
                        + JAIL + "\n");
    }

    /** The threads of the link to the server are also started during work and outlive it. */
    @Test
    void namesNoJailOnAThreadThatWasStartedMeanwhile() throws InterruptedException {
        AtomicReference<String> line = new AtomicReference<>("");
        LogContext.on(JAIL, 7);
        Thread started =
                new Thread(() -> line.set(new LogLineFormatter().format(new LogRecord(Level.INFO, "connected"))));
        started.start();
        started.join();
        LogContext.end();

        assertThat(line.get()).contains("connected").doesNotContain("jail=");
    }
}
