package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LineFormatTest {

    @Test
    void writesOneLineWithWhatTheThreadWorksOn() {
        LogRecord entry = new LogRecord(Level.WARNING, "start failed:\nfake line");
        entry.setInstant(Instant.parse("2026-11-01T12:00:00.123456Z"));
        entry.setLoggerName("dev.bailiwick.agent.reconcile.StepRunner");
        MDC.put("jail", "j1");
        MDC.put("generation", "7");

        String line = new LineFormat().format(entry);

        MDC.clear();
        assertThat(line)
                .isEqualTo(
                        "2026-11-01T12:00:00.123Z WARN  StepRunner: start failed:\\nfake line generation=7 jail=j1\n");
    }
}
