package dev.bailiwick.server.account;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * The authenticated person or program that sent a request. Controllers take it as a parameter.
 *
 * @param customer the customer that the caller belongs to; empty for an operator
 * @param scopes the permissions of the caller's session or token
 * @param until when the caller's session or token ends; empty for never
 */
public record Caller(
        UserId user, String login, Role role, Optional<CustomerId> customer, Set<Scope> scopes, Optional<Instant> until)
        implements AuthenticatedPrincipal {

    public Caller {
        if ((role == Role.CUSTOMER) != customer.isPresent()) {
            throw new IllegalArgumentException("Exactly the users with the role customer belong to a customer");
        }
        scopes = Set.copyOf(scopes);
        if (!role.scopes().containsAll(scopes)) {
            throw new IllegalArgumentException("A caller cannot have scopes beyond its role");
        }
    }

    /** Creates a caller whose session or token does not end by itself. */
    public Caller(UserId user, String login, Role role, Optional<CustomerId> customer, Set<Scope> scopes) {
        this(user, login, role, customer, scopes, Optional.empty());
    }

    /** Returns the same caller with another end of its session or token. */
    public Caller until(Optional<Instant> end) {
        return new Caller(user, login, role, customer, scopes, end);
    }

    @Override
    public String getName() {
        return login;
    }

    /** Returns the caller's name in the audit. */
    public String actor() {
        return "user:" + login;
    }

    /** Whether the caller may see objects of the customer {@code owner}. To a caller that may not, they do not exist. */
    public boolean sees(CustomerId owner) {
        return role == Role.OPERATOR || customer.filter(owner::equals).isPresent();
    }

    /** Returns the scopes of {@code wanted} that this caller lacks and so cannot grant, sorted. */
    public Set<Scope> lacking(Set<Scope> wanted) {
        EnumSet<Scope> lacking = EnumSet.copyOf(wanted);
        lacking.removeAll(scopes);
        return lacking;
    }

    /** @throws ScopeMissing if the caller lacks the scope */
    public void require(Scope scope) {
        if (!scopes.contains(scope)) {
            throw new ScopeMissing(scope);
        }
    }
}
