package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;

/**
 * The user and group ids of one jail: {@code 0} to {@code 65,535} inside are {@code first} to {@code first + 65,535} on the
 * host.
 */
public record IdRange(long first) {

    public static IdRange ofNumber(int number) {
        return new IdRange((long) number * HostLayout.RANGE_WIDTH);
    }

    /** The number of the range that an id lies in. */
    public static int numberOf(long id) {
        return Math.toIntExact(id / HostLayout.RANGE_WIDTH);
    }

    public boolean contains(long id) {
        return id >= first && id < first + HostLayout.RANGE_WIDTH;
    }

    /** Tells what belongs to the jail from what belongs to any other on the machine, whichever agent has made it. */
    public int number() {
        return Math.toIntExact(first / HostLayout.RANGE_WIDTH);
    }

    /** A line of {@code /proc/<pid>/uid_map}, user_namespaces(7). */
    public String map() {
        return "0 " + first + " " + HostLayout.RANGE_WIDTH;
    }
}
