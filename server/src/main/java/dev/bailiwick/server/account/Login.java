package dev.bailiwick.server.account;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The one form of a login, at every door: where a user is created, where one signs in, and where attempts are counted. */
public final class Login {

    private static final Pattern FORM = Pattern.compile("[a-z0-9._@+-]{1,254}");

    /** Nothing longer is looked at; wide characters and spaces around it may go. */
    private static final int MAX_TYPED = 1_000;

    private Login() {}

    /** Without spaces around it, in the compatible form of its characters (NFKC) and in lower case; empty if that is no login. */
    public static Optional<String> normal(String typed) {
        if (typed.length() > MAX_TYPED) {
            return Optional.empty();
        }
        String text = Normalizer.normalize(typed, Normalizer.Form.NFKC).strip().toLowerCase(Locale.ROOT);
        return FORM.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }
}
