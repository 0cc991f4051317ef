package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.JailId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose jails are behind which links, and what of that the kernel has been given. For any number of threads.
 *
 * <p>INVARIANT: {@code held} is never less than what the kernel holds: what is added is in it before, what is removed until afterwards.
 */
final class Customers {

    private final Map<JailId, String> owners = new HashMap<>();
    private final Map<JailId, Integer> links = new HashMap<>();
    private final Map<Integer, JailId> jails = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    /** From a link to its customer's number; null where the kernel may hold anything. */
    private @Nullable Map<Integer, Integer> held;

    /** What the kernel is to be given: all that it holds, or what is to go and what is to come. */
    sealed interface Change {

        record Whole(Map<Integer, Integer> customers) implements Change {}

        record Part(Map<Integer, Integer> gone, Map<Integer, Integer> come) implements Change {}
    }

    /** Who the customer of a jail is; empty for one that nobody knows, whose jail reaches no other. */
    synchronized void own(JailId jail, String owner) {
        owners.put(jail, owner);
    }

    /**
     * From now on this jail is behind this link.
     *
     * @return whether the kernel may hold that it is another customer's, which must end before the jail starts
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

    /** This jail is behind no link any more, and will not be. */
    synchronized void forget(JailId jail) {
        owners.remove(jail);
        Integer link = links.remove(jail);
        if (link != null) {
            jails.remove(link, jail);
        }
    }

    /** What the kernel lacks; empty parts where it lacks nothing. To be followed by {@link #done} or {@link #failed}. */
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

    /** All that the kernel is to hold, whatever it holds now. To be followed by {@link #done} or {@link #failed}. */
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

    /** Only for customers with more than one jail: a customer with one jail reaches nobody by this. */
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
