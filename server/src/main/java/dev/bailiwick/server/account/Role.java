package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.Set;

/** The role of a user in this installation. */
public enum Role {
    /** Runs the installation and sees all of it. */
    @JsonProperty("operator")
    OPERATOR(EnumSet.allOf(Scope.class)),
    /** Belongs to one customer and sees only that customer's objects. */
    @JsonProperty("customer")
    CUSTOMER(EnumSet.of(Scope.JAILS_READ, Scope.JAILS_WRITE, Scope.TOKENS_READ, Scope.TOKENS_WRITE, Scope.EVENTS_READ));

    private final Set<Scope> scopes;

    Role(Set<Scope> scopes) {
        this.scopes = Set.copyOf(scopes);
    }

    /** Returns all scopes that users with this role, and their tokens, may have. */
    public Set<Scope> scopes() {
        return scopes;
    }
}
