package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Waits until the hosts of jails have done what they can about a change. Created before the change, so that no report since then is
 * missed and no jail needs to be read before its first report. The jails are read together, once each one still waited for has been
 * reported on.
 */
public final class SettledWait implements AutoCloseable {

    private final JailList list;
    private final Set<JailId> silent = ConcurrentHashMap.newKeySet();
    private final Signal allReported = new Signal();
    private final List<Subscription> subscriptions = new ArrayList<>();

    public SettledWait(Notifications notifications, JailList list, Collection<JailId> jails) {
        this.list = list;
        silent.addAll(jails);
        jails.forEach(jail -> subscriptions.add(notifications.onReport(jail, () -> reported(jail))));
    }

    private void reported(JailId jail) {
        if (silent.remove(jail) && silent.isEmpty()) {
            allReported.raise();
        }
    }

    /**
     * Waits until the hosts have done what they can about these generations.
     *
     * @param generations of jails that this was created for
     * @return the jails as they are then, or when the time is up; without those that are gone
     */
    public Map<JailId, JailView> await(Map<JailId, Long> generations, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        Map<JailId, JailView> seen = new HashMap<>();
        Set<JailId> left = Set.copyOf(generations.keySet());
        forgetAllBut(left);
        while (!left.isEmpty()) {
            boolean inTime = allReported.await(Duration.ofNanos(deadline - System.nanoTime()));
            Set<JailId> asked = left;
            // What is reported from here on counts again: what was reported before is read now.
            silent.addAll(asked);
            List<JailView> found = list.findAll(asked);
            seen.keySet().removeAll(asked);
            found.forEach(jail -> seen.put(jail.id(), jail));
            left = found.stream()
                    .filter(jail -> !isSettled(jail, generations.getOrDefault(jail.id(), 1L)))
                    .map(JailView::id)
                    .collect(Collectors.toUnmodifiableSet());
            if (!inTime) {
                return seen;
            }
            forgetAllBut(left);
        }
        return seen;
    }

    /** As {@link #await(Map, Duration)}, for one jail; empty once it is gone. */
    Optional<JailView> await(JailId jail, long generation, Duration longest) throws InterruptedException {
        return Optional.ofNullable(await(Map.of(jail, generation), longest).get(jail));
    }

    /** As {@link #await(JailId, long, Duration)}, but does not wait if the jail, as it was read since this was created, is settled. */
    public Optional<JailView> await(JailView known, long generation, Duration longest) throws InterruptedException {
        return isSettled(known, generation) ? Optional.of(known) : await(known.id(), generation, longest);
    }

    private void forgetAllBut(Set<JailId> left) {
        silent.retainAll(left);
        if (silent.isEmpty()) {
            allReported.raise();
        }
    }

    private static boolean isSettled(JailView jail, long generation) {
        return jail.generation() >= generation && jail.settled();
    }

    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
    }
}
