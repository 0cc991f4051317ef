package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Waits for the sealing of events: they can be read a moment after the commit. */
public final class Sealing {

    private Sealing() {}

    /** Waits until all recorded events can be read. */
    public static void awaitSealed(JdbcClient jdbc) {
        await("all events are sealed")
                .untilAsserted(() -> assertThat(unsealed(jdbc)).isZero());
    }

    public static long unsealed(JdbcClient jdbc) {
        return jdbc.sql("SELECT count(*) FROM unsealed_event").query(Long.class).single();
    }
}
