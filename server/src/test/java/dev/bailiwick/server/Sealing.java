package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Events can be read once they are sealed, which is a moment after the commit. */
public final class Sealing {

    private Sealing() {}

    /** Waits until every event that has been recorded can be read. */
    public static void awaitSealed(JdbcClient jdbc) {
        await("all events are sealed")
                .untilAsserted(() -> assertThat(unsealed(jdbc)).isZero());
    }

    public static long unsealed(JdbcClient jdbc) {
        return jdbc.sql("SELECT count(*) FROM unsealed_event").query(Long.class).single();
    }
}
