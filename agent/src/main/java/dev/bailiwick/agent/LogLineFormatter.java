package dev.bailiwick.agent;

import dev.bailiwick.agent.reconcile.LogContext;
import dev.bailiwick.jail.text.PlainText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Formats a log record as one line: time, level, class, key-values and message, then {@code generation=… jail=…} of the jail that
 * the thread works on. A handler formats on the thread that logs, so {@link AtWork#here} belongs to the record.
 */
final class LogLineFormatter extends Formatter {

    @Override
    public String format(LogRecord entry) {
        StringBuilder line = new StringBuilder(160)
                .append(entry.getInstant().truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(level(entry.getLevel()))
                .append(' ')
                .append(simpleName(entry.getLoggerName()))
                .append(": ")
                .append(oneLine(formatMessage(entry)));
        LogContext.here()
                .ifPresent(work -> line.append(" generation=")
                        .append(work.generation())
                        .append(" jail=")
                        .append(work.jail()));
        line.append('\n');
        if (entry.getThrown() != null) {
            StringWriter trace = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }

    private static String level(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN ";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }

    private static String simpleName(String logger) {
        return logger == null ? "agent" : logger.substring(logger.lastIndexOf('.') + 1);
    }

    /** Replaces line breaks and control characters, so that text from outside cannot forge a log line. */
    private static String oneLine(String message) {
        return PlainText.clean(message.replace("\n", "\\n").replace("\r", "\\r"));
    }
}
