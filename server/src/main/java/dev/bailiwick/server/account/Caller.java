package dev.bailiwick.server.account;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * Who asks for something: a person or a program that has proved who it is. Controllers take one as a parameter.
 *
 * @param customer whose people they are; empty for an operator
 * @param scopes what they may do with what they came with, a session or a token
 * @param until when what they came with ends; empty for never
 */
public record Caller(
        UserId user, String login, Role role, Optional<CustomerId> customer, Set<Scope> scopes, Optional<Instant> until)
        implements AuthenticatedPrincipal {

    public Caller {
        if ((role == Role.CUSTOMER) != customer.isPresent()) {
            throw new IllegalArgumentException("Exactly those in the customer's role belong to a customer");
        }
        scopes = Set.copyOf(scopes);
        if (!role.scopes().containsAll(scopes)) {
            throw new IllegalArgumentException("No one may do more than their role");
        }
    }

    /** With something that does not end by itself. */
    public Caller(UserId user, String login, Role role, Optional<CustomerId> customer, Set<Scope> scopes) {
        this(user, login, role, customer, scopes, Optional.empty());
    }

    /** The same, with what they came with ending then. */
    public Caller until(Optional<Instant> end) {
        return new Caller(user, login, role, customer, scopes, end);
    }

    @Override
    public String getName() {
        return login;
    }

    /** How the audit names them. */
    public String actor() {
        return "user:" + login;
    }

    /** Whether what belongs to {@code owner} exists at all as far as they are concerned. */
    public boolean sees(CustomerId owner) {
        return role == Role.OPERATOR || customer.filter(owner::equals).isPresent();
    }

    /** The scopes that this caller lacks and so cannot grant, sorted. */
    public Set<Scope> lacking(Set<Scope> wanted) {
        EnumSet<Scope> lacking = EnumSet.copyOf(wanted);
        lacking.removeAll(scopes);
        return lacking;
    }

    /** @throws ScopeMissing if they may not */
    public void require(Scope scope) {
        if (!scopes.contains(scope)) {
            throw new ScopeMissing(scope);
        }
    }
}
