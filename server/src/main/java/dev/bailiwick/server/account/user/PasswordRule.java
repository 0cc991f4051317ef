package dev.bailiwick.server.account.user;

import com.nulabinc.zxcvbn.Zxcvbn;
import java.util.List;
import java.util.Optional;
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
        private static final Zxcvbn OF_GUESSES = new Zxcvbn();
    }

    /**
     * Returns the fault of the password, as a predicate to follow its name; empty if it is good.
     *
     * @param login the user's login in its normal form
     */
    static Optional<String> fault(@Nullable String password, String login) {
        if (password == null || password.length() < MIN || password.length() > MAX) {
            return Optional.of("must have " + MIN + " to " + MAX + " characters");
        }
        String measured = password.substring(0, Math.min(password.length(), MEASURED));
        double guesses = Measure.OF_GUESSES
                .measure(measured, List.of(login, "bailiwick"))
                .getGuesses();
        return guesses < MIN_GUESSES
                ? Optional.of(
                        "is too easy to guess: it must not consist of a common password, the user name, repetitions, or runs"
                                + " of letters, digits or keys")
                : Optional.empty();
    }
}
