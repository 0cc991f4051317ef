package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
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
 * A wait until the hosts of some jails have done all that they can about a change. It is created before the change, so
 * that it misses no later report and does not read a jail before its first report. It reads the jails together, once
 * each jail that it still waits for has been reported.
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
     * Waits until the hosts have done all that they can about these generations.
     *
     * @param generations by jail; the jails are among those that this was created for
     * @return the jails as they are then, or when the time is up; without those that no longer exist
     */
    public Map<JailId, JailView> await(Map<JailId, Long> generations, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        Map<JailId, JailView> seen = new HashMap<>();
        Set<JailId> left = Set.copyOf(generations.keySet());
        forgetAllBut(left);
        while (!left.isEmpty()) {
            boolean inTime = allReported.await(Duration.ofNanos(deadline - System.nanoTime()));
            Set<JailId> asked = left;
            // The next read sees earlier reports, so only later ones count from here on.
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

    /** Waits as {@link #await(Map, Duration)} does, for one jail; empty if it no longer exists. */
    Optional<JailView> await(JailId jail, long generation, Duration longest) throws InterruptedException {
        return Optional.ofNullable(await(Map.of(jail, generation), longest).get(jail));
    }

    /**
     * Waits as {@link #await(JailId, long, Duration)} does, unless the jail was already settled when it was read. It
     * must have been read after this was created.
     */
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
