package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.ExpectedValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** A permission: to read, or to change, one resource of the API. */
public enum Scope {
    JAILS_READ("jails:read"),
    JAILS_WRITE("jails:write"),
    /** To start, stop and restart jails; part of {@link #JAILS_WRITE}. */
    JAILS_POWER("jails:power"),
    /** To work in jails; not part of {@link #JAILS_WRITE}. */
    JAILS_CONSOLE("jails:console"),
    /** To read and change the files of jails; not part of {@link #JAILS_WRITE}. */
    JAILS_FILES("jails:files"),
    /** To read what jails write; not part of {@link #JAILS_READ}. */
    JAILS_LOGS("jails:logs"),
    HOSTS_READ("hosts:read"),
    HOSTS_WRITE("hosts:write"),
    POOLS_READ("pools:read"),
    POOLS_WRITE("pools:write"),
    TEMPLATES_READ("templates:read"),
    TEMPLATES_WRITE("templates:write"),
    CUSTOMERS_READ("customers:read"),
    CUSTOMERS_WRITE("customers:write"),
    MEMBERS_READ("members:read"),
    MEMBERS_WRITE("members:write"),
    USERS_READ("users:read"),
    USERS_WRITE("users:write"),
    PLANS_READ("plans:read"),
    PLANS_WRITE("plans:write"),
    USAGE_READ("usage:read"),
    TOKENS_READ("tokens:read"),
    TOKENS_WRITE("tokens:write"),
    EVENTS_READ("events:read");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** @throws InvalidValue if there is no such scope */
    @JsonCreator
    public static Scope parse(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidValue(ExpectedValue.oneOf(Arrays.stream(values()))));
    }

    /** Returns the scope for reading or changing a resource of the API; empty if the resource has no scope. */
    public static Optional<Scope> of(String resource, Access access) {
        String wanted = resource + (access == Access.READ ? ":read" : ":write");
        return Arrays.stream(values())
                .filter(scope -> scope.text.equals(wanted))
                .findFirst();
    }

    /** Whether the scopes have this one, or one of which it is a part. */
    public boolean isIn(Set<Scope> scopes) {
        return scopes.contains(this) || this == JAILS_POWER && scopes.contains(JAILS_WRITE);
    }

    /** The kind of access to a resource. */
    public enum Access {
        READ,
        WRITE
    }

    @Override
    @JsonValue
    public String toString() {
        return text;
    }
}
