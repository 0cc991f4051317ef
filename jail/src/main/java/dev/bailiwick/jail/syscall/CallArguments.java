package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The arguments of one call, read from text.
 *
 * @param values up to six registers of 64 bits
 */
public record CallArguments(List<Long> values) {

    public static final CallArguments NONE = new CallArguments(List.of());

    private static final int MAX = 6;

    /** Excludes digits of other scripts and a sign after {@code 0x}, which {@link Long} would accept. */
    private static final Pattern NUMBER = Pattern.compile("0x[0-9a-f]+|-?[0-9]+");

    /** @throws InvalidValue if there are more than six values */
    public CallArguments {
        values = List.copyOf(values);
        if (values.size() > MAX) {
            throw new InvalidValue("has " + values.size() + " arguments; a call has at most " + MAX);
        }
    }

    /**
     * Reads decimal or hexadecimal numbers separated by commas, such as {@code 2,0x10000000,-1}; a blank text has none.
     *
     * @throws InvalidValue naming the argument that is not a number of 64 bits
     */
    public static CallArguments parse(String text) {
        return text.isBlank()
                ? NONE
                : new CallArguments(List.of(text.split(",", -1)).stream()
                        .map(CallArguments::value)
                        .toList());
    }

    /** @throws InvalidValue if {@code text} is not a number of 64 bits */
    public static long value(String text) {
        String number = text.strip().toLowerCase(Locale.ROOT);
        if (NUMBER.matcher(number).matches()) {
            try {
                if (number.startsWith("0x")) {
                    return Long.parseUnsignedLong(number.substring(2), 16);
                }
                return number.startsWith("-") ? Long.parseLong(number) : Long.parseUnsignedLong(number);
            } catch (NumberFormatException e) {
                throw noNumber(text);
            }
        }
        throw noNumber(text);
    }

    private static InvalidValue noNumber(String text) {
        return new InvalidValue(
                "contains '" + text.strip() + "', which is not a number of 64 bits such as 10, -1 or 0x1f");
    }

    public long[] registers() {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    /** Returns 0 to 9 in decimal and other numbers in hexadecimal, as a debugger does. */
    public static String text(long value) {
        return String.format(Locale.ROOT, value >= 0 && value < 10 ? "%d" : "0x%x", value);
    }
}
