package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Waits for the sealing of events: they can be read, and the notifications of their transactions arrive, a moment after the
 * commit.
 */
public final class Sealing {

    private Sealing() {}

    /** Waits until all recorded events can be read. */
    public static void awaitSealed(JdbcClient jdbc) {
        await("all events are sealed")
                .untilAsserted(() -> assertThat(unsealed(jdbc)).isZero());
    }

    /**
     * Waits until the listeners in this process have got the database's notifications of everything that is committed, so that a
     * later listener gets none of them.
     */
    public static void awaitNotified(JdbcClient jdbc, Notifications notifications) {
        Notification.FiguresStored last = new Notification.FiguresStored(new HostId(UUID.randomUUID()));
        AtomicBoolean arrived = new AtomicBoolean();
        try (Subscription _ = notifications.onAny(notification -> {
            if (notification.equals(last)) {
                arrived.set(true);
            }
        })) {
            await("all notifications have arrived").until(() -> {
                // Sent again each time, as it is lost while nobody listens to the database.
                jdbc.sql("SELECT pg_notify('figures_stored', ?) WHERE NOT EXISTS (SELECT FROM unsent_notification)")
                        .param(last.host().toString())
                        .query((_, _) -> last)
                        .list();
                return arrived.get();
            });
        }
    }

    public static long unsealed(JdbcClient jdbc) {
        return jdbc.sql("SELECT count(*) FROM unsealed_event").query(Long.class).single();
    }
}
