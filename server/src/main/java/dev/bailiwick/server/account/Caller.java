package dev.bailiwick.server.account;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.database.RowAccess;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * The authenticated person or program that sent a request. Controllers take it as a parameter.
 *
 * @param access how far the rights of the user reach
 * @param scopes the permissions of the caller's session or token
 * @param until when the caller's session or token ends; empty for never
 * @param token the caller's token, or the one by whose link the caller's session began; empty for other sessions
 * @param acting who of the staff acts as this user; empty if the user does it
 * @param passwordVersion another text after each change of the user's password, as it was when the caller showed who they are; empty
 *     without a password, and for programs
 */
public record Caller(
        UserId user,
        String login,
        Role role,
        Access access,
        Set<Scope> scopes,
        Optional<Instant> until,
        Optional<TokenId> token,
        Optional<ActingStaff> acting,
        String passwordVersion)
        implements AuthenticatedPrincipal {

    /**
     * Somebody of the staff who acts as a user of a customer.
     *
     * @param version their version of access, see {@link Access}
     * @param customer among whose people they found the user
     */
    public record ActingStaff(UserId user, String login, long version, CustomerId customer) {}

    /** The user who has shown who they are. */
    public record SignedIn(UserId user, String login) {}

    /** Creates somebody who acts for themselves. */
    public Caller(
            UserId user,
            String login,
            Role role,
            Access access,
            Set<Scope> scopes,
            Optional<Instant> until,
            Optional<TokenId> token) {
        this(user, login, role, access, scopes, until, token, Optional.empty(), "");
    }

    public Caller {
        if (role.isStaff() && !access.members().isEmpty()) {
            throw new IllegalArgumentException("Only users with the role customer belong to a customer");
        }
        scopes = Set.copyOf(scopes);
        if (!role.scopes().containsAll(scopes)) {
            throw new IllegalArgumentException("A caller cannot have scopes beyond its role");
        }
    }

    /** Creates a caller with all scopes of its role, whose session or token does not end by itself. */
    public static Caller staff(UserId user, String login, Role role) {
        return new Caller(user, login, role, Access.of(role), role.scopes(), Optional.empty(), Optional.empty());
    }

    /** Creates a caller who owns the customer, whose session or token does not end by itself. */
    public static Caller ownerOf(CustomerId customer, UserId user, String login) {
        return new Caller(
                user,
                login,
                Role.CUSTOMER,
                Access.ofOwner(customer),
                Role.CUSTOMER.scopes(),
                Optional.empty(),
                Optional.empty());
    }

    /** Returns the same caller with these scopes. */
    public Caller with(Set<Scope> some) {
        return new Caller(user, login, role, access, some, until, token, acting, passwordVersion);
    }

    /** Returns the same caller whose rights reach so far. */
    public Caller reaching(Access other) {
        return new Caller(user, login, role, other, scopes, until, token, acting, passwordVersion);
    }

    /** Returns the same caller with another end of its session or token. */
    public Caller until(Optional<Instant> end) {
        return new Caller(user, login, role, access, scopes, end, token, acting, passwordVersion);
    }

    /** Returns the same caller, who depends on this token. */
    public Caller by(TokenId other) {
        return new Caller(user, login, role, access, scopes, until, Optional.of(other), acting, passwordVersion);
    }

    /** Returns the same caller with this version of their password. */
    public Caller withPassword(String version) {
        return new Caller(user, login, role, access, scopes, until, token, acting, version);
    }

    @Override
    public String getName() {
        return login;
    }

    /**
     * Returns the same user, as whom somebody of the staff acts: with their rights, but not with their account,
     * and as far as the session or token of the staff reaches.
     *
     * @param customer among whose people the staff found the user
     * @throws IllegalArgumentException if the user works for the installation
     */
    public Caller actedBy(Caller staff, CustomerId customer) {
        if (role.isStaff()) {
            throw new IllegalArgumentException("Nobody acts as somebody of the staff");
        }
        Set<Scope> some = EnumSet.copyOf(scopes);
        some.removeAll(Right.OWN_ACCOUNT.scopes());
        some.removeIf(scope -> !staff.has(scope));
        return new Caller(
                user,
                login,
                role,
                access,
                some,
                staff.until(),
                staff.token(),
                Optional.of(new ActingStaff(
                        staff.user(), staff.login(), staff.access().version(), customer)),
                passwordVersion);
    }

    /** Returns who has signed in: the caller, or whoever of the staff acts as the caller. */
    public SignedIn signedIn() {
        return acting.map(staff -> new SignedIn(staff.user(), staff.login()))
                .orElseGet(() -> new SignedIn(user, login));
    }

    /** Returns the caller's name in the audit: {@code user:ada}, or {@code user:ada for user:nina} if ada acts as nina. */
    public String actor() {
        return acting.map(staff -> "user:" + staff.login() + " for ").orElse("") + "user:" + login;
    }

    /**
     * Returns to whom the caller's requests are counted: the payer, or the user if they belong to no customer (any more). Empty for
     * staff, whose requests are not counted.
     */
    Optional<UUID> counted() {
        return role.isStaff()
                ? Optional.empty()
                : payer().map(CustomerId::value).or(() -> Optional.of(user.value()));
    }

    /** Returns the customer who pays for the caller's requests; empty for staff and for users of no customer. */
    public Optional<CustomerId> payer() {
        return access.members().stream().min((one, other) -> one.value().compareTo(other.value()));
    }

    /** Returns the rows of the database that the caller's requests can read and write, whatever its session or token carries. */
    public RowAccess rows() {
        return seesInstallation()
                ? RowAccess.everything()
                : new RowAccess.OfUser(
                        user.value(),
                        access.wholeMemberships().stream()
                                .map(CustomerId::value)
                                .collect(Collectors.toSet()));
    }

    /** Whether the caller sees the whole installation. */
    public boolean seesInstallation() {
        return access.has(Right.SEE);
    }

    /** Whether the caller may see all objects of the customer {@code owner}. To a caller that may not, they do not exist. */
    public boolean sees(CustomerId owner) {
        return access.has(Right.SEE, owner);
    }

    /** Whether the caller may see the jail of the customer {@code owner}. To a caller that may not, it does not exist. */
    public boolean sees(CustomerId owner, JailId jail) {
        return access.has(Right.SEE, owner, jail);
    }

    /** Whether the caller has the right on the jail of the customer {@code owner}, and its session or token carries it. */
    public boolean may(Right right, CustomerId owner, JailId jail) {
        return carries(right) && access.has(right, owner, jail);
    }

    /** Whether the caller has the right on all that belongs to the customer, and its session or token carries it. */
    public boolean may(Right right, CustomerId owner) {
        return carries(right) && access.has(right, owner);
    }

    /** Whether the caller has the right everywhere, and its session or token carries it. */
    public boolean may(Right right) {
        return carries(right) && access.has(right);
    }

    /** Whether the caller's session or token carries all these rights, whoever has them. */
    public boolean carriesAll(Set<Right> rights) {
        return rights.stream().allMatch(this::carries);
    }

    private boolean carries(Right right) {
        return !Collections.disjoint(scopes, right.scopes());
    }

    /** Returns the scopes of {@code wanted} that this caller lacks and so cannot grant, sorted. */
    public Set<Scope> lacking(Set<Scope> wanted) {
        EnumSet<Scope> lacking = EnumSet.copyOf(wanted);
        lacking.removeIf(this::has);
        return lacking;
    }

    /** Whether the caller has the scope, or one that includes it. */
    public boolean has(Scope scope) {
        return scope.isIn(scopes);
    }

    /** @throws ScopeMissing if the caller lacks the scope */
    public void require(Scope scope) {
        if (!has(scope)) {
            throw new ScopeMissing(scope);
        }
    }

    /**
     * @throws ScopeMissing if the caller's session or token does not carry the right
     * @throws RightMissing if the caller does not have the right everywhere
     */
    public void require(Right right) {
        require(right, access.has(right));
    }

    /**
     * @throws ScopeMissing if the caller's session or token does not carry the right
     * @throws RightMissing if the caller does not have the right on all that belongs to the customer
     */
    public void require(Right right, CustomerId owner) {
        require(right, access.has(right, owner));
    }

    /**
     * @throws ScopeMissing if the caller's session or token does not carry the right
     * @throws RightMissing if the caller does not have the right on the jail
     */
    public void require(Right right, CustomerId owner, JailId jail) {
        require(right, access.has(right, owner, jail));
    }

    private void require(Right right, boolean has) {
        if (!has) {
            throw new RightMissing(right);
        }
        if (!carries(right)) {
            throw new ScopeMissing(right.scopes());
        }
    }
}
