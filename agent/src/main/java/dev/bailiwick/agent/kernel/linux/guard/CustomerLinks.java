package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.JailId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owners of the jails behind the links, and which of this the kernel's table contains. Thread-safe.
 *
 * <p>INVARIANT: {@code held} contains at least what the kernel contains. Additions enter it before the kernel, removals leave it
 * afterwards.
 */
final class CustomerLinks {

    private final Map<JailId, String> owners = new HashMap<>();
    private final Map<JailId, Integer> links = new HashMap<>();
    private final Map<Integer, JailId> jails = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    /** From a link to its customer's number; null if the content of the kernel's table is unknown. */
    private @Nullable Map<Integer, Integer> held;

    /** A change to the kernel's table: the whole new content, or removals and additions. */
    sealed interface Change {

        record Whole(Map<Integer, Integer> customers) implements Change {}

        record Part(Map<Integer, Integer> gone, Map<Integer, Integer> come) implements Change {}
    }

    /** Sets the customer of a jail; empty if unknown, and then the jail reaches no other jail. */
    synchronized void own(JailId jail, String owner) {
        owners.put(jail, owner);
    }

    /**
     * Notes that this jail is now behind this link.
     *
     * @return whether the kernel's table may give the link to another customer, which must end before the jail starts
     */
    synchronized boolean occupy(int link, JailId jail) {
        JailId before = jails.put(link, jail);
        if (before != null && !before.equals(jail)) {
            links.remove(before);
        }
        links.put(jail, link);
        if (held == null) {
            return true;
        }
        Integer number = held.get(link);
        return number != null && !number.equals(numberOf(jail));
    }

    /** Notes that this jail no longer has a link, and never will. */
    synchronized void forget(JailId jail) {
        owners.remove(jail);
        Integer link = links.remove(jail);
        if (link != null) {
            jails.remove(link, jail);
        }
    }

    /**
     * Returns what the kernel's table lacks; empty parts if nothing. The caller must call {@link #done} or {@link #failed} afterwards.
     */
    synchronized Change change() {
        Map<Integer, Integer> wanted = wanted();
        Map<Integer, Integer> before = held;
        if (before == null) {
            return new Change.Whole(wanted);
        }
        Change.Part part = new Change.Part(without(before, wanted), without(wanted, before));
        part.come.forEach(before::putIfAbsent);
        return part;
    }

    /** Returns the whole new content of the kernel's table. The caller must call {@link #done} or {@link #failed} afterwards. */
    synchronized Change.Whole whole() {
        held = null;
        return new Change.Whole(wanted());
    }

    synchronized void done(Change change) {
        switch (change) {
            case Change.Whole(var customers) -> held = new HashMap<>(customers);
            case Change.Part(var gone, var come) -> {
                if (held != null) {
                    held.keySet().removeAll(gone.keySet());
                    held.putAll(come);
                }
            }
        }
    }

    synchronized void failed() {
        held = null;
    }

    /** Returns only links of customers with several jails: a single jail has no other jail to reach. */
    private Map<Integer, Integer> wanted() {
        Map<Integer, Integer> wanted = new HashMap<>();
        Set<Integer> once = new HashSet<>();
        Set<Integer> more = new HashSet<>();
        jails.forEach((link, jail) -> {
            Integer number = numberOf(jail);
            if (number != null) {
                wanted.put(link, number);
                if (!once.add(number)) {
                    more.add(number);
                }
            }
        });
        wanted.values().retainAll(more);
        return wanted;
    }

    private @Nullable Integer numberOf(JailId jail) {
        String owner = owners.getOrDefault(jail, "");
        return owner.isEmpty() ? null : numbers.computeIfAbsent(owner, _ -> numbers.size() + 1);
    }

    private static Map<Integer, Integer> without(Map<Integer, Integer> some, Map<Integer, Integer> others) {
        Map<Integer, Integer> left = new HashMap<>(some);
        left.entrySet().removeAll(others.entrySet());
        return left;
    }
}
