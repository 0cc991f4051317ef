package dev.bailiwick.server.fuzz;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Hosts that do at once what the server wants of their jails, so that requests that wait for them are answered soon. */
final class AnsweringHosts implements AutoCloseable {

    private final JdbcClient jdbc;
    private final JailReports reports;
    private final ExecutorService work = Executors.newSingleThreadExecutor();
    private final Notifications.Subscription changes;

    AnsweringHosts(JdbcClient jdbc, JailReports reports, Notifications notifications) {
        this.jdbc = jdbc;
        this.reports = reports;
        this.changes = notifications.onAny(notification -> {
            if (notification instanceof Notification.JailChanged(JailId jail)) {
                submit(jail);
            }
        });
    }

    private void submit(JailId jail) {
        try {
            work.execute(() -> answer(jail));
        } catch (RejectedExecutionException closed) {
            return;
        }
    }

    private void answer(JailId jail) {
        record Wanted(HostId host, long generation, Phase phase) {}
        jdbc.sql("SELECT host_id, generation, wanted, retired_at FROM jail WHERE id = ? AND NOT files_only")
                .param(jail.value())
                .query((row, _) -> new Wanted(
                        new HostId(row.getObject("host_id", UUID.class)),
                        row.getLong("generation"),
                        row.getTimestamp("retired_at") != null
                                ? Phase.REMOVED
                                : row.getString("wanted").equals("running") ? Phase.RUNNING : Phase.STOPPED))
                .optional()
                .ifPresent(wanted -> reports.apply(
                        wanted.host(),
                        List.of(Fleet.report(jail, wanted.generation(), wanted.phase(), Instant.now()))));
    }

    @Override
    public void close() {
        changes.close();
        work.shutdownNow();
    }
}
