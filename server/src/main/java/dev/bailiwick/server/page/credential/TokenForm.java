package dev.bailiwick.server.page.credential;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form for a new token, as typed.
 *
 * @param networks separated by spaces, commas or lines
 * @param expires a number of days, or {@code never}
 */
record TokenForm(String name, String description, List<String> scopes, String networks, String expires) {

    static final List<String> EXPIRIES = List.of("30", "90", "365", "never");
    static final TokenForm BLANK = new TokenForm("", "", List.of(), "", "90");
    private static final Pattern BETWEEN = Pattern.compile("[\\s,]+");

    /** As bound: what the form lacks is empty, and a fresh form is {@link #BLANK}. */
    TokenForm(
            @Nullable String name,
            @Nullable String description,
            @Nullable List<String> scopes,
            @Nullable String networks,
            @Nullable String expires) {
        this.name = name == null ? "" : name;
        this.description = description == null ? "" : description;
        this.scopes = scopes == null ? List.of() : List.copyOf(scopes);
        this.networks = networks == null ? "" : networks;
        this.expires = expires == null ? "" : expires;
    }

    /** @throws InvalidRequest naming all invalid fields */
    TokenRequest read(Instant now) {
        List<Violation> violations = new ArrayList<>();
        Set<Scope> wanted = EnumSet.noneOf(Scope.class);
        for (String scope : scopes) {
            try {
                wanted.add(Scope.parse(scope));
            } catch (InvalidValue e) {
                violations.add(new Violation("/scopes", e.reason()));
            }
        }
        if (!EXPIRIES.contains(expires)) {
            violations.add(new Violation("/expires", "must be chosen"));
        }
        return TokenRequest.read(
                name.strip(),
                description.isBlank() ? null : description.strip(),
                wanted,
                BETWEEN.splitAsStream(networks).filter(text -> !text.isEmpty()).toList(),
                EXPIRIES.contains(expires) ? end(now) : now,
                violations);
    }

    private @Nullable Instant end(Instant now) {
        return expires.equals("never") ? null : now.plus(Duration.ofDays(Long.parseLong(expires)));
    }
}
