package dev.bailiwick.server.host;

/**
 * The number of hosts in a list.
 *
 * @param count 0 to {@value #MAX_COUNTED}
 * @param more whether there are more than {@code count}; those are not counted
 */
public record HostCount(int count, boolean more) {

    static final int MAX_COUNTED = 10_000;

    static HostCount of(int counted) {
        return new HostCount(Math.min(counted, MAX_COUNTED), counted > MAX_COUNTED);
    }
}
