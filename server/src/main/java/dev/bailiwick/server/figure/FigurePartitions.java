package dev.bailiwick.server.figure;

import dev.bailiwick.server.database.RowAccess;
import java.sql.Date;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Has the database add the partitions for the figures of the next days, and drop those of which the figures are too old. */
@Component
class FigurePartitions {

    private final JdbcClient jdbc;
    private final Clock clock;

    FigurePartitions(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "PT6H", initialDelayString = "PT0S")
    @SchedulerLock(name = "figure-partitions", lockAtMostFor = "PT10M")
    void maintain() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        RowAccess.everything()
                .run(() -> jdbc.sql("SELECT maintain_figure_partitions(?)")
                        .param(Date.valueOf(today))
                        .query((row, _) -> today)
                        .single());
    }
}
