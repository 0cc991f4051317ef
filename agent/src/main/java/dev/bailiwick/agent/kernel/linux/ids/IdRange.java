package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;

/** The user and group ids of one jail: ids {@code 0} to {@code 65,535} inside are {@code first} to {@code first + 65,535} on the host. */
public record IdRange(long first) {

    public static IdRange ofNumber(int number) {
        return new IdRange((long) number * HostLayout.RANGE_WIDTH);
    }

    /** Returns the number of the range that contains the id. */
    public static int numberOf(long id) {
        return Math.toIntExact(id / HostLayout.RANGE_WIDTH);
    }

    public boolean contains(long id) {
        return id >= first && id < first + HostLayout.RANGE_WIDTH;
    }

    /**
     * Returns the number of the range. It distinguishes the jail's objects from those of all other jails on the machine, whichever agent
     * created them.
     */
    public int number() {
        return Math.toIntExact(first / HostLayout.RANGE_WIDTH);
    }

    /** Returns a line of {@code /proc/<pid>/uid_map}, user_namespaces(7). */
    public String map() {
        return "0 " + first + " " + HostLayout.RANGE_WIDTH;
    }
}
