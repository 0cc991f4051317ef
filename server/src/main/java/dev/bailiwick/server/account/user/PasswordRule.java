package dev.bailiwick.server.account.user;

import com.nulabinc.zxcvbn.StandardDictionaries;
import com.nulabinc.zxcvbn.StandardKeyboards;
import com.nulabinc.zxcvbn.Zxcvbn;
import com.nulabinc.zxcvbn.ZxcvbnBuilder;
import com.nulabinc.zxcvbn.matchers.Dictionary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The rule for new passwords: a minimum length, and not easy to guess. */
final class PasswordRule {

    static final int MIN = 12;
    static final int MAX = 200;

    /** How many characters are measured: the time grows faster than the length. A weak beginning makes the password weak. */
    private static final int MEASURED = 40;

    /** The number of passwords of nine digits. */
    private static final double MIN_GUESSES = 1e9;

    private PasswordRule() {}

    /** Loads the word lists only when the first password is set: they take time and memory. */
    private static final class Measure {
        private static final Zxcvbn OF_GUESSES = ofGuesses();

        /** The lists of the library are from before 2012, and know nothing of what became common since. */
        private static Zxcvbn ofGuesses() {
            try {
                return new ZxcvbnBuilder()
                        .dictionaries(StandardDictionaries.loadAllDictionaries())
                        .dictionary(new Dictionary("common", commonPasswords()))
                        .keyboards(StandardKeyboards.loadAllKeyboards())
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Returns the 19,640 most common passwords of leaked databases, the most common first, in lower case. */
    static List<String> commonPasswords() throws IOException {
        try (InputStream file = PasswordRule.class.getResourceAsStream("common-passwords.txt.gz");
                InputStream list = new GZIPInputStream(Objects.requireNonNull(file))) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /**
     * Returns the fault of the password, as a predicate to follow its name; empty if it is good.
     *
     * @param login the user's login in its normal form
     * @param organisations the names of the user's customers
     */
    static Optional<String> fault(@Nullable String password, String login, List<String> organisations) {
        if (password == null || password.length() < MIN || password.length() > MAX) {
            return Optional.of("must have " + MIN + " to " + MAX + " characters");
        }
        String measured = password.substring(0, Math.min(password.length(), MEASURED));
        double guesses = Measure.OF_GUESSES
                .measure(measured, known(login, organisations))
                .getGuesses();
        return guesses < MIN_GUESSES
                ? Optional.of(
                        "is too easy to guess: it must not consist of a common password, the user name, the customer's name, repetitions, or runs"
                                + " of letters, digits or keys")
                : Optional.empty();
    }

    /** Returns what somebody who guesses knows already: the names, whole and their words. */
    private static List<String> known(String login, List<String> organisations) {
        return Stream.concat(Stream.of("bailiwick", login), organisations.stream())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .flatMap(name -> Stream.concat(
                        Stream.of(name, name.replaceAll("[^\\p{L}\\p{N}]", "")),
                        Arrays.stream(name.split("[^\\p{L}\\p{N}]+", -1))))
                .filter(word -> word.length() > 2)
                .distinct()
                .toList();
    }
}
