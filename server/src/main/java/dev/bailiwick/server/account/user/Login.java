package dev.bailiwick.server.account.user;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Normalizes logins. Users are created, sign in and have their attempts counted by the same normal form. */
public final class Login {

    /** What a login must be, as a predicate to follow its name. */
    public static final String RULE = "must have 1 to 254 letters, digits or any of . _ @ + -";

    private static final Pattern FORM = Pattern.compile("[a-z0-9._@+-]{1,254}");

    /** The maximum length as typed; the normal form can be shorter, as wide characters and outer spaces go. */
    private static final int MAX_TYPED = 1_000;

    private Login() {}

    /** Returns the login without outer spaces, in NFKC and in lower case; empty if the result is not a valid login. */
    public static Optional<String> normal(String typed) {
        if (typed.length() > MAX_TYPED) {
            return Optional.empty();
        }
        String text = Normalizer.normalize(typed, Normalizer.Form.NFKC).strip().toLowerCase(Locale.ROOT);
        return FORM.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }
}
