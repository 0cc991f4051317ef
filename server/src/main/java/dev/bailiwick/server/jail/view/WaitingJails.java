package dev.bailiwick.server.jail.view;

import dev.bailiwick.server.database.RowAccess;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Forgets the jails that have reached the definition for which they waited. The table {@code jail_waiting} may have such jails: whoever
 * counts those that wait looks at each.
 */
@Component
class WaitingJails {

    private final JdbcClient jdbc;

    WaitingJails(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Waits for nobody, so that it cannot deadlock with changes of many jails; leaves out jails that are being changed. */
    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    @SchedulerLock(name = "forget-waiting-jails", lockAtMostFor = "PT10M")
    void forget() {
        RowAccess.everything().run(() -> jdbc.sql("""
                        DELETE FROM jail_waiting WHERE jail_id IN (
                            SELECT w.jail_id FROM jail_waiting w JOIN jail_status s ON s.jail_id = w.jail_id AND s.generation >= w.generation
                            FOR UPDATE OF w SKIP LOCKED)
                        """).update());
    }
}
