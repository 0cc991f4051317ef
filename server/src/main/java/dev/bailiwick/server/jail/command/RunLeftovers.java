package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.JailActions;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The notes that a jail is for one command. Whoever runs the command removes the jail; what is left of a run whose server has ended, or whose
 * caller may no longer remove jails, is removed after {@link #KEPT}.
 */
@Component
class RunLeftovers {

    /** Longer than any run takes: a jail has 30 s to start, and a command 55 s. */
    static final Duration KEPT = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(RunLeftovers.class);

    private final JdbcClient jdbc;
    private final JailActions actions;
    private final Clock clock;

    RunLeftovers(JdbcClient jdbc, JailActions actions, Clock clock) {
        this.jdbc = jdbc;
        this.actions = actions;
        this.clock = clock;
    }

    private record Leftover(JailId jail, UserId user, String login) {}

    /** Notes that the jail is for one command of the caller; in the transaction of the caller, which stores the jail. */
    void note(Caller caller, JailId jail) {
        jdbc.sql("INSERT INTO jail_run (jail_id, user_id, login, expires_at) VALUES (:jail, :user, :login, :expiry)")
                .param("jail", jail.value())
                .param("user", caller.user().value())
                .param("login", caller.login())
                .param("expiry", Timestamp.from(clock.instant().plus(KEPT)))
                .update();
    }

    /**
     * Removes the jail with its files, if it was stored. If that fails, it is removed later.
     *
     * @param isStored whether it is known to be
     */
    void remove(Caller caller, JailId jail, boolean isStored) {
        retire(caller, jail, () -> isStored || isNoted(jail));
    }

    private boolean isNoted(JailId jail) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM jail_run WHERE jail_id = ?)")
                .param(jail.value())
                .query(Boolean.class)
                .single();
    }

    private void retire(Caller caller, JailId jail, BooleanSupplier isLeft) {
        try {
            if (isLeft.getAsBoolean()) {
                actions.retire(caller, jail, FilesFate.DELETED);
            }
        } catch (RuntimeException e) {
            // The note stays as long as the jail, so it is tried again. Neither a run nor the removal of other jails
            // fails by it.
            log.warn("The jail {} of a run is not removed yet: {}", jail, e.toString());
        }
    }

    /** Removes jails of runs that have ended without removing them. */
    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    @SchedulerLock(name = "remove-leftovers-of-runs", lockAtMostFor = "PT10M")
    void removeAll() {
        RowAccess.everything()
                .run(() -> leftovers()
                        .forEach(left ->
                                retire(Caller.staff(left.user, left.login, Role.OWNER), left.jail, () -> true)));
    }

    private List<Leftover> leftovers() {
        return jdbc.sql("""
                        SELECT r.jail_id, r.user_id, r.login FROM jail_run r JOIN jail j ON j.id = r.jail_id
                        WHERE r.expires_at < :now AND j.retired_at IS NULL
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> new Leftover(
                        new JailId(row.getObject("jail_id", UUID.class)),
                        new UserId(row.getObject("user_id", UUID.class)),
                        row.getString("login")))
                .list();
    }
}
