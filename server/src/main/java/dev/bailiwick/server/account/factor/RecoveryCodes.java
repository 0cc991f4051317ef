package dev.bailiwick.server.account.factor;

import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The form of recovery codes: twelve letters and digits, for example {@code b4k7-x2mq-9hrc}. The first one says which of the ten
 * it is, so that only one hash has to be compared; the others have 54 random bits.
 */
final class RecoveryCodes {

    static final int COUNT = 10;

    /** Without those that are easily taken for another one: 0, 1, i, l and o. */
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final Pattern FORM = Pattern.compile("[" + ALPHABET + "]{12}");

    private static final SecureRandom RANDOM = new SecureRandom();

    private RecoveryCodes() {}

    /** Returns ten new codes; the n-th has the number n. */
    static List<String> fresh() {
        return IntStream.rangeClosed(1, COUNT).mapToObj(RecoveryCodes::fresh).toList();
    }

    private static String fresh(int number) {
        StringBuilder code = new StringBuilder().append(ALPHABET.charAt(number - 1));
        while (code.length() < 12) {
            code.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return code.insert(8, '-').insert(4, '-').toString();
    }

    /** Returns the code without spaces, hyphens and capitals, as it is hashed. */
    static String plain(String typed) {
        return typed.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT);
    }

    /** Returns the number of a plain code; empty if it is none. */
    static OptionalInt number(String plain) {
        int number = FORM.matcher(plain).matches() ? ALPHABET.indexOf(plain.charAt(0)) + 1 : 0;
        return number >= 1 && number <= COUNT ? OptionalInt.of(number) : OptionalInt.empty();
    }
}
