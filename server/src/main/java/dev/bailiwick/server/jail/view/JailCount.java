package dev.bailiwick.server.jail.view;

/**
 * The number of jails in a list.
 *
 * @param count 0 to {@value #MAX_COUNTED}
 * @param more whether the list has more jails than {@code count}
 */
public record JailCount(int count, boolean more) {

    public static final int MAX_COUNTED = 10_000;

    public static final JailCount NONE = new JailCount(0, false);

    public static JailCount of(int counted) {
        return new JailCount(Math.min(counted, MAX_COUNTED), counted > MAX_COUNTED);
    }
}
