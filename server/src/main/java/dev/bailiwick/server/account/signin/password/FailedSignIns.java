package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.user.Login;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Puts failed attempts to sign in into the audit, of which nothing is ever deleted, so that an attacker cannot fill it: the attempts at
 * a login are counted, and written as one event of 15 minutes. A request only counts, so it takes as long for a login that
 * nobody has. Each replica counts separately; one that dies loses what it counted in the last ten seconds.
 */
@Component
public class FailedSignIns {

    static final Duration PERIOD = Duration.ofMinutes(15);

    /** The maximum number of events that are written at a time. Others wait, and count further attempts meanwhile. */
    static final int AT_ONCE = 20;

    private final Users users;
    private final Clock clock;

    /** By login; all logins that cannot exist are the same one. */
    private final Map<String, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > Bound.FAILED_SIGN_IN_KEYS.value();
        }
    };

    FailedSignIns(Users users, Clock clock) {
        this.users = users;
        this.clock = clock;
    }

    /** The attempts since the last event. */
    private static final class Failures {
        private int count;
        private String by = "";
        private Origin origin = new Origin("", "");
        private @Nullable Instant written;

        private boolean isDue(Instant now) {
            return count > 0 && (written == null || !written.plus(PERIOD).isAfter(now));
        }
    }

    /** What is written of the attempts at a login. */
    private record Due(String login, String by, int count, Origin origin) {}

    /**
     * Counts a failed attempt.
     *
     * @param login as it was typed
     * @param by what was shown, for example {@code password}
     */
    public void count(String login, String by, HttpServletRequest request) {
        count(login, by, Origin.of(request));
    }

    /** Counts a failed attempt that is no request. */
    public void count(String login, String by, Origin origin) {
        String counted = Login.normal(login).orElse("");
        synchronized (failures) {
            Failures of = failures.computeIfAbsent(counted, absent -> new Failures());
            of.count++;
            of.by = by;
            of.origin = origin;
        }
    }

    /** Writes what is due. What cannot be written stays due. */
    @Scheduled(fixedDelayString = "PT10S", initialDelayString = "PT10S")
    void write() {
        Instant now = clock.instant();
        for (Due due : due(now)) {
            users.recordFailedSignIn(
                    due.login(),
                    due.by(),
                    due.count(),
                    due.origin().address(),
                    due.origin().device());
            written(due, now);
        }
    }

    /** Leaves the attempts that were counted meanwhile. */
    private void written(Due due, Instant now) {
        synchronized (failures) {
            Failures of = failures.get(due.login());
            if (of != null) {
                of.count -= due.count();
                of.written = now;
            }
        }
    }

    private List<Due> due(Instant now) {
        List<Due> due = new ArrayList<>();
        synchronized (failures) {
            failures.values()
                    .removeIf(of -> of.count == 0
                            && of.written != null
                            && of.written.plus(PERIOD).isBefore(now));
            failures.forEach((login, of) -> {
                if (due.size() < AT_ONCE && of.isDue(now)) {
                    due.add(new Due(login, of.by, of.count, of.origin));
                }
            });
        }
        return due;
    }
}
