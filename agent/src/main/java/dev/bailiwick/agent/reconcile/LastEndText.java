package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.reconcile.plan.LastFailure;
import dev.bailiwick.agent.reconcile.plan.SelfHalt;
import dev.bailiwick.jail.report.Condition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/** A {@link LastEnd} as the text of a file of properties, which escapes what the last words of a program may contain. */
final class LastEndText {

    private static final String FORMAT = "1";

    private final Properties properties;

    private LastEndText(Properties properties) {
        this.properties = properties;
    }

    static byte[] of(LastEnd end) {
        Properties properties = new Properties();
        LastEndText text = new LastEndText(properties);
        properties.setProperty("format", FORMAT);
        properties.setProperty("goal", end.goal());
        properties.setProperty("restarts", Integer.toString(end.restarts()));
        properties.setProperty("strikes", Integer.toString(end.strikes()));
        properties.setProperty("inARow", Integer.toString(end.inARow()));
        end.failure().ifPresent(failure -> {
            text.set("failure", failure.condition());
            properties.setProperty("failure.retryAt", failure.retryAt().toString());
            failure.cause().ifPresent(cause -> text.set("cause", cause));
        });
        end.selfHalt().ifPresent(halt -> {
            text.set("halt", halt.condition());
            properties.setProperty("halt.generation", Long.toString(halt.generation()));
        });
        end.killed().ifPresent(killed -> text.set("killed", killed));
        end.run().ifPresent(run -> properties.setProperty("run", EndedRunFiles.text(run)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            properties.store(bytes, null);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
        return bytes.toByteArray();
    }

    /** Returns empty for a text that this version has not written. */
    static Optional<LastEnd> parse(byte[] bytes) {
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(bytes));
            return FORMAT.equals(properties.getProperty("format"))
                    ? Optional.of(new LastEndText(properties).end())
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private LastEnd end() {
        return new LastEnd(
                text("goal"),
                Integer.parseInt(text("restarts")),
                Integer.parseInt(text("strikes")),
                condition("failure")
                        .map(ended -> new LastFailure(
                                LastFailure.Kind.ENDED,
                                ended,
                                Instant.parse(text("failure.retryAt")),
                                Optional.empty(),
                                condition("cause"))),
                condition("halt").map(halted -> new SelfHalt(Long.parseLong(text("halt.generation")), halted)),
                condition("killed"),
                Integer.parseInt(text("inARow")),
                Optional.ofNullable(properties.getProperty("run")).flatMap(EndedRunFiles::parse));
    }

    private void set(String name, Condition condition) {
        properties.setProperty(name, condition.reason());
        properties.setProperty(name + ".message", condition.message());
        properties.setProperty(name + ".since", condition.since().toString());
    }

    private Optional<Condition> condition(String name) {
        return Optional.ofNullable(properties.getProperty(name))
                .map(reason -> new Condition(reason, text(name + ".message"), Instant.parse(text(name + ".since"))));
    }

    /** @throws IllegalArgumentException if there is none */
    private String text(String name) {
        return Optional.ofNullable(properties.getProperty(name))
                .orElseThrow(() -> new IllegalArgumentException("no " + name));
    }
}
