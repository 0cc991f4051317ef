package dev.bailiwick.server.account;

import com.nulabinc.zxcvbn.Zxcvbn;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a password must be, at every door that sets one: long, and nothing that is guessed early. */
final class PasswordRule {

    static final int MIN = 12;
    static final int MAX = 200;

    /** To measure takes longer than in proportion; what begins like this is not saved by what comes after. */
    private static final int MEASURED = 40;

    /** As many as there are passwords of nine digits. */
    private static final double MIN_GUESSES = 1e9;

    private PasswordRule() {}

    /** Its lists of words take a moment to load, and memory: not before somebody sets a password. */
    private static final class Measure {
        private static final Zxcvbn OF_GUESSES = new Zxcvbn();
    }

    /**
     * What is wrong with it, to stand after its name; empty if nothing is.
     *
     * @param login whose it is to be, in its normal form
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
                        "is guessed too early: it must not be made of a common password, the user name, repetitions, or runs"
                                + " of letters, digits or keys")
                : Optional.empty();
    }
}
