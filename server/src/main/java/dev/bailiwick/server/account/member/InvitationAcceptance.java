package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.identity.IdentityRefused;
import dev.bailiwick.server.account.identity.LinkedIdentities;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.LoginTaken;
import dev.bailiwick.server.account.user.MailAddresses;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.NewUser;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Accepts invitations. Whatever takes long, such as the check of a password, happens before the customer is locked, for whose requests
 * others wait.
 */
@Service
public class InvitationAcceptance {

    private final InvitationRows rows;
    private final MemberRows members;
    private final Customers customers;
    private final Users users;
    private final MailAddresses addresses;
    private final LinkedIdentities identities;
    private final OpenInvitations open;
    private final Audit audit;
    private final TransactionTemplate transactions;

    InvitationAcceptance(
            InvitationRows rows,
            MemberRows members,
            Customers customers,
            Users users,
            MailAddresses addresses,
            LinkedIdentities identities,
            OpenInvitations open,
            Audit audit,
            TransactionTemplate transactions) {
        this.rows = rows;
        this.members = members;
        this.customers = customers;
        this.users = users;
        this.addresses = addresses;
        this.identities = identities;
        this.open = open;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** What the page of a link says. */
    public record Offer(String customer, String login, MemberRole role) {}

    /** Returns what a link offers, without using it; empty if it cannot be accepted. */
    @Transactional(readOnly = true)
    public Optional<Offer> offer(String secret) {
        // The link is what gives access, whoever follows it.
        return RowAccess.everything()
                .call(() -> open.find(new Secret(secret))
                        .map(sent -> new Offer(
                                customers.find(sent.customer()).orElseThrow().name(),
                                sent.invitation().login(),
                                sent.invitation().role())));
    }

    /**
     * Accepts as a new user, with the login of the invitation.
     *
     * @return the new user, signed in
     * @throws InvitationVoid if the link cannot be accepted
     * @throws InvalidRequest naming {@code /password}, whether or not the login is taken
     * @throws LoginTaken if somebody has the login already
     */
    public Caller acceptAsNew(String secret, String password) {
        return RowAccess.everything().call(() -> {
            InvitationRows.Sent offered = find(secret);
            NewUser invited = users.check(
                    offered.invitation().login(),
                    password,
                    new Membership.Of(offered.customer(), offered.invitation().role()));
            return accept(secret, invitation -> create(invited, invitation));
        });
    }

    /**
     * Accepts as a new user, with the login of the invitation, who signs in with an account at a provider and has no password.
     *
     * @param account what the provider calls the account
     * @throws InvitationVoid if the link cannot be accepted
     * @throws LoginTaken if somebody has the login already
     * @throws IdentityRefused if the account belongs to somebody
     */
    public void acceptByProvider(String secret, Identity identity, String account) {
        RowAccess.everything().run(() -> {
            InvitationRows.Sent offered = find(secret);
            NewUser invited = new NewUser(
                    offered.invitation().login(),
                    null,
                    new Membership.Of(offered.customer(), offered.invitation().role()));
            accept(secret, invitation -> {
                Caller created = create(invited, invitation);
                identities.link(created, identity, account);
                return created;
            });
        });
    }

    private Caller create(NewUser invited, Invitation invitation) {
        Caller created = users.createInvited(invited);
        // Only for a new user: a link can be passed on, and must not plant an address in somebody's account.
        Optional.ofNullable(invitation.email()).ifPresent(address -> addresses.remember(created.user(), address));
        return created;
    }

    /** Reads the invitation of a link without a lock: it can be withdrawn or replaced until it is accepted. */
    private InvitationRows.Sent find(String secret) {
        return transactions.execute(status -> open.find(new Secret(secret)).orElseThrow(InvitationVoid::new));
    }

    /**
     * Accepts as the user who has the login of the invitation.
     *
     * @param alsoNeeded gets the user whose password is right, and throws if that is not enough
     * @return the user
     * @throws InvitationVoid if the link cannot be accepted
     * @throws SignInRefused if nobody who can sign in has this login and password
     * @throws StaffInvited if the user works for the installation
     */
    public Caller acceptByPassword(String secret, String password, Consumer<Caller> alsoNeeded) {
        return RowAccess.everything().call(() -> {
            Caller user = users.signIn(find(secret).invitation().login(), password);
            return transactions.execute(status -> {
                alsoNeeded.accept(user);
                return acceptAs(user, secret);
            });
        });
    }

    /**
     * Accepts as the signed-in user.
     *
     * @throws InvitationVoid if the link cannot be accepted, or invites another user
     * @throws StaffInvited if the user works for the installation
     */
    public Caller acceptAs(Caller signedIn, String secret) {
        return RowAccess.everything()
                .call(() -> accept(secret, invitation -> {
                    // Whoever acts as the invited accepts nothing in their name.
                    if (signedIn.acting().isPresent() || !signedIn.login().equals(invitation.login())) {
                        throw new InvitationVoid();
                    }
                    return signedIn;
                }));
    }

    /** @param identify returns who accepts, without what takes long: the customer is locked */
    private Caller accept(String secret, Function<Invitation, Caller> identify) {
        return transactions.execute(status -> acceptOpen(secret, identify));
    }

    private Caller acceptOpen(String secret, Function<Invitation, Caller> identify) {
        CustomerId customer = rows.customer(new Secret(secret)).orElseThrow(InvitationVoid::new);
        // Whoever accepts, withdraws or replaces an invitation of the customer waits here for the others.
        customers.lock(customer);
        InvitationRows.Sent sent = open.find(new Secret(secret)).orElseThrow(InvitationVoid::new);
        Invitation invitation = sent.invitation();
        Caller invited = identify.apply(invitation);
        if (invited.role().isStaff()) {
            throw new StaffInvited();
        }
        Set<JailId> present = members.lockJails(customer, Optional.of(invited.user()), invitation.jails());
        List<JailRights> jails = invitation.jails().stream()
                .filter(rights -> present.contains(rights.jail()))
                .toList();
        members.put(customer, invited.user(), invitation.role());
        members.grant(customer, invited.user(), jails);
        rows.delete(invitation.id());
        audit.record(invited.actor(), subject(customer), new AccountEvent.InvitationAccepted(invitation.login()));
        audit.record(
                invited.actor(),
                Subject.of("user", invited.user()).visibleTo(customer.value()),
                new AccountEvent.MembershipChanged(invitation.role(), jails.size()));
        // A change of the password meanwhile ends what the former one began.
        return users.inSession(invited.user()).orElseThrow(InvitationVoid::new).withPassword(invited.passwordVersion());
    }

    private static Subject subject(CustomerId customer) {
        return Subject.of("customer", customer).visibleTo(customer.value());
    }
}
