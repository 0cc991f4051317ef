package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.Set;

/** What a person is to this installation. */
public enum Role {
    /** Runs the installation and sees all of it. */
    @JsonProperty("operator")
    OPERATOR(EnumSet.allOf(Scope.class)),
    /** Belongs to one customer and sees what is that customer's. */
    @JsonProperty("customer")
    CUSTOMER(EnumSet.of(Scope.JAILS_READ, Scope.JAILS_WRITE, Scope.TOKENS_READ, Scope.TOKENS_WRITE, Scope.EVENTS_READ));

    private final Set<Scope> scopes;

    Role(Set<Scope> scopes) {
        this.scopes = Set.copyOf(scopes);
    }

    /** The most that somebody in this role may do, and so the most that a token of theirs may be given. */
    public Set<Scope> scopes() {
        return scopes;
    }
}
