package dev.bailiwick.server.page;

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
import org.jspecify.annotations.Nullable;

/**
 * The form for a new token, as typed.
 *
 * @param expires a number of days, or {@code never}
 */
record TokenForm(String name, List<String> scopes, String expires) {

    static final List<String> EXPIRIES = List.of("30", "90", "365", "never");
    static final TokenForm BLANK = new TokenForm("", List.of(), "90");

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
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new TokenRequest(name.strip(), wanted, end(now));
    }

    private @Nullable Instant end(Instant now) {
        return expires.equals("never") ? null : now.plus(Duration.ofDays(Long.parseLong(expires)));
    }
}
