package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.mail.Delivery;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import dev.bailiwick.server.mail.TooManyMails;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Invitations to belong to a customer, each accepted once by its link ({@link InvitationAcceptance}). An invitation holds as long as whoever created it could create
 * it again: their right and their token are checked when it is accepted. It never leads to a role of the staff.
 */
@Service
public class Invitations {

    static final Duration VALIDITY = Duration.ofDays(7);

    private final InvitationRows rows;
    private final MemberRows members;
    private final Customers customers;
    private final Mails mails;
    private final Audit audit;
    private final Clock clock;

    Invitations(InvitationRows rows, MemberRows members, Customers customers, Mails mails, Audit audit, Clock clock) {
        this.rows = rows;
        this.members = members;
        this.customers = customers;
        this.mails = mails;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A new invitation.
     *
     * @param secret of its link, which is known only now; empty if the link is sent by mail, so that only whoever reads it can accept
     */
    public record Issued(Invitation invitation, Optional<Secret> secret) {}

    /**
     * Invites somebody, for 7 days, and no longer than the caller's token. An open invitation of the same login is replaced. Nothing
     * in the answer depends on whether somebody outside of the customer has the login.
     *
     * @param token the token that requested it; empty for a session
     * @throws CustomerNotFound if there is no such customer that the caller may see
     * @throws CustomerRetired if the customer is retired
     * @throws RightMissing if the caller does not manage the people of the customer
     * @throws InvalidRequest if a jail is not the customer's, or the caller's token carries too little to give the role or a right
     * @throws AlreadyMember if somebody with the login belongs to the customer
     * @throws TooManyMails if as many mails were sent for the customer within a day as may be
     * @throws TooManyInvitations if the customer has as many open invitations as it may have
     */
    @Transactional
    public Issued create(Caller caller, CustomerId customer, NewInvitation wanted, Optional<TokenId> token) {
        requireManager(caller, customer);
        if (wanted.email().isPresent() && !mails.areSent()) {
            throw new InvalidRequest("/email", "must be left out: this installation sends no mail");
        }
        customers.lock(customer);
        customers.active(caller, customer);
        if (rows.isMember(customer, wanted.login())) {
            throw new AlreadyMember(wanted.login());
        }
        requireJails(caller, customer, wanted.change());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        rows.deleteExpired(customer, now);
        rows.deleteOf(customer, wanted.login());
        if (rows.count(customer) >= Bound.INVITATIONS_OF_A_CUSTOMER.value()) {
            throw new TooManyInvitations();
        }
        Instant end = caller.until()
                .filter(until -> until.isBefore(now.plus(VALIDITY)))
                .orElse(now.plus(VALIDITY));
        Invitation invitation = new Invitation(
                InvitationId.fresh(),
                wanted.login(),
                wanted.change().role(),
                wanted.change().jails(),
                now,
                end,
                wanted.email().orElse(null),
                null);
        Secret secret = Secret.fresh("");
        rows.insert(new InvitationRows.Sent(customer, caller.user(), token, invitation), secret);
        wanted.email()
                .ifPresent(address -> mails.send(
                        MailKind.INVITATION, invitation.id().value(), Optional.of(customer.value()), address, end));
        audit.record(
                caller.actor(),
                subject(customer),
                new AccountEvent.MemberInvited(
                        invitation.login(),
                        invitation.role(),
                        invitation.jails().size()));
        return new Issued(
                withMail(List.of(invitation)).getFirst(),
                wanted.email().isPresent() ? Optional.empty() : Optional.of(secret));
    }

    private void requireJails(Caller caller, CustomerId customer, MemberChange change) {
        List<JailRights> wanted = change.jails();
        Set<JailId> present = members.lockJails(customer, Optional.empty(), wanted);
        List<Violation> violations = new ArrayList<>(change.beyond(caller));
        for (int index = 0; index < wanted.size(); index++) {
            if (!present.contains(wanted.get(index).jail())) {
                violations.add(new Violation("/jails/" + index + "/jail", "is not a jail of the customer"));
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    /** Lists the open invitations of the customer by id, which is the order of their creation. */
    @Transactional(readOnly = true)
    public List<Invitation> list(Caller caller, CustomerId customer, Optional<InvitationId> after, int limit) {
        requireManager(caller, customer);
        return withMail(rows.list(customer, clock.instant(), after, limit));
    }

    private List<Invitation> withMail(List<Invitation> invitations) {
        Map<UUID, Delivery> deliveries = mails.deliveries(
                MailKind.INVITATION,
                invitations.stream()
                        .filter(invitation -> invitation.email() != null)
                        .map(invitation -> invitation.id().value())
                        .toList());
        return invitations.stream()
                .map(invitation ->
                        invitation.withMail(deliveries.get(invitation.id().value())))
                .toList();
    }

    /**
     * Withdraws an open invitation: its link does not work any more.
     *
     * @throws InvitationNotFound if the customer has no such open invitation
     */
    @Transactional
    public void withdraw(Caller caller, CustomerId customer, InvitationId id) {
        requireManager(caller, customer);
        customers.lock(customer);
        Invitation invitation = rows.find(customer, id, clock.instant()).orElseThrow(() -> new InvitationNotFound(id));
        rows.delete(id);
        audit.record(caller.actor(), subject(customer), new AccountEvent.InvitationWithdrawn(invitation.login()));
    }

    private void requireManager(Caller caller, CustomerId customer) {
        customers.nameOf(caller, customer);
        caller.require(Right.MEMBERS, customer);
    }

    private static Subject subject(CustomerId customer) {
        return Subject.of("customer", customer).visibleTo(customer.value());
    }
}
