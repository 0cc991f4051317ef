package dev.bailiwick.jail.text;

/** Writes numbers of things: {@code 1 jail}, {@code 2 jails}. */
public final class Count {

    private Count() {}

    /**
     * @param one the noun after 1
     * @param many the noun after any other number
     */
    public static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
