package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is to be to a customer.
 *
 * @param jails the jails of a colleague, at most {@link #MAX_JAILS}; empty for an owner
 */
public record MemberChange(MemberRole role, List<JailRights> jails) {

    /** The maximum number of jails that one colleague is given: all of them are read with each request. */
    static final int MAX_JAILS = 1000;

    /** @throws InvalidRequest naming the invalid fields */
    public MemberChange(@Nullable MemberRole role, @Nullable List<@Nullable JailRights> jails) {
        List<Violation> violations = new ArrayList<>();
        List<JailRights> given = new ArrayList<>();
        if (role == null) {
            violations.add(new Violation("/role", "must be owner or colleague"));
        }
        List<@Nullable JailRights> wanted = jails == null ? List.of() : jails;
        if (role == MemberRole.OWNER && !wanted.isEmpty()) {
            violations.add(new Violation("/jails", "must be empty: an owner has all jails of the customer"));
        }
        if (wanted.size() > MAX_JAILS) {
            violations.add(new Violation("/jails", "must be at most " + MAX_JAILS));
        }
        Set<JailId> seen = new HashSet<>();
        for (int index = 0; index < Math.min(wanted.size(), MAX_JAILS); index++) {
            JailRights rights = wanted.get(index);
            String pointer = "/jails/" + index;
            if (rights == null || rights.jail() == null) {
                violations.add(new Violation(pointer + "/jail", "is required"));
                continue;
            }
            if (!seen.add(rights.jail())) {
                violations.add(new Violation(pointer + "/jail", "is named twice"));
            }
            for (Right right : rights.rights()) {
                if (!right.isGrantable()) {
                    violations.add(new Violation(
                            pointer + "/rights",
                            "must be some of " + sorted(Right.grantable()) + ", and has " + right));
                }
            }
            given.add(rights);
        }
        if (role == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        this.role = role;
        this.jails = List.copyOf(given);
    }

    /**
     * Returns what the token of the caller carries too little for: a token with few scopes must not lead to a member who can do more
     * than the token.
     */
    List<Violation> beyond(Caller caller) {
        String fault = "must not go beyond the scopes of the caller";
        List<Violation> violations = new ArrayList<>();
        if (!caller.carriesAll(Right.of(role))) {
            violations.add(new Violation("/role", fault));
        }
        for (int index = 0; index < jails.size(); index++) {
            Set<Right> rights = new HashSet<>(jails.get(index).rights());
            rights.add(Right.SEE);
            if (!caller.carriesAll(rights)) {
                violations.add(new Violation("/jails/" + index + "/rights", fault));
            }
        }
        return violations;
    }

    private static List<Right> sorted(Set<Right> rights) {
        return rights.stream().sorted().toList();
    }
}
