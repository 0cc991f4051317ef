package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.HostLayout;

/**
 * The user and group ids of one jail: {@code 0} to {@code 65,535} inside are {@code first} to {@code first + 65,535} on the
 * host.
 *
 * @param slot which of the host's ranges this is, from 0; also tells the jail's network link from the others
 */
record IdRange(int slot, long first) {

    /** A line of {@code /proc/<pid>/uid_map}, user_namespaces(7). */
    String map() {
        return "0 " + first + " " + HostLayout.RANGE_WIDTH;
    }
}
