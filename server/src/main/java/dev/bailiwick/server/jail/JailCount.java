package dev.bailiwick.server.jail;

/**
 * How many jails a list has.
 *
 * @param count 0 to {@value #MAX_COUNTED}
 * @param more whether there are more than {@code count}, which are not counted
 */
public record JailCount(int count, boolean more) {

    public static final int MAX_COUNTED = 10_000;

    public static final JailCount NONE = new JailCount(0, false);

    public static JailCount of(int counted) {
        return new JailCount(Math.min(counted, MAX_COUNTED), counted > MAX_COUNTED);
    }
}
