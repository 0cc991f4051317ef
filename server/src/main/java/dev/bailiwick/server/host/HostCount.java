package dev.bailiwick.server.host;

/**
 * How many hosts a list has.
 *
 * @param count 0 to {@value #MAX_COUNTED}
 * @param more whether there are more than {@code count}, which are not counted
 */
public record HostCount(int count, boolean more) {

    static final int MAX_COUNTED = 10_000;

    static HostCount of(int counted) {
        return new HostCount(Math.min(counted, MAX_COUNTED), counted > MAX_COUNTED);
    }
}
