package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.host.Doorbell;
import dev.bailiwick.server.host.Doorbell.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What hosts will say of many new jails; as {@link HostsAnswer}. They are looked at together, and only once something was said of
 * each that is still waited for.
 */
final class HostsAnswers implements AutoCloseable {

    private final JailList list;
    private final Set<JailId> silent = ConcurrentHashMap.newKeySet();
    private final Semaphore allSpoke = new Semaphore(0);
    private final List<Subscription> subscriptions = new ArrayList<>();

    HostsAnswers(Doorbell doorbell, JailList list, Collection<JailId> jails) {
        this.list = list;
        silent.addAll(jails);
        jails.forEach(jail -> subscriptions.add(doorbell.onReport(jail, () -> spoke(jail))));
    }

    private void spoke(JailId jail) {
        if (silent.remove(jail) && silent.isEmpty()) {
            allSpoke.release();
        }
    }

    /**
     * Waits until the hosts have done what they can about these jails.
     *
     * @return the jails as they are then, or when the time is up; without those that are gone
     */
    Map<JailId, JailView> await(Collection<JailId> jails, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        Map<JailId, JailView> seen = new HashMap<>();
        Set<JailId> left = Set.copyOf(jails);
        silent.retainAll(left);
        if (silent.isEmpty()) {
            allSpoke.release();
        }
        while (!left.isEmpty()) {
            boolean inTime = allSpoke.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            Set<JailId> asked = left;
            // From here on they may speak again: what they have said before is what is read now.
            silent.addAll(asked);
            allSpoke.drainPermits();
            List<JailView> found = list.findAll(asked);
            seen.keySet().removeAll(asked);
            found.forEach(jail -> seen.put(jail.id(), jail));
            left = found.stream()
                    .filter(jail -> !jail.settled())
                    .map(JailView::id)
                    .collect(Collectors.toUnmodifiableSet());
            if (!inTime) {
                return seen;
            }
            silent.retainAll(left);
            if (silent.isEmpty()) {
                allSpoke.release();
            }
        }
        return seen;
    }

    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
    }
}
