package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.Resellers;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The people of customers. The staff who manage customers, and the owners of a customer, decide who they are. A change takes effect
 * at once: requests that come later have the new rights, and streams of the user end.
 */
@Service
public class Members {

    private final MemberRows rows;
    private final Customers customers;
    private final Resellers resellers;
    private final Users users;
    private final Audit audit;

    Members(MemberRows rows, Customers customers, Resellers resellers, Users users, Audit audit) {
        this.rows = rows;
        this.resellers = resellers;
        this.users = users;
        this.customers = customers;
        this.audit = audit;
    }

    /**
     * Lists the people of the customer by id of user, which is the order of their creation.
     *
     * @throws CustomerNotFound if there is no such customer that the caller may see
     * @throws RightMissing if the caller does not manage the people of the customer
     * @throws ScopeMissing if its token does not carry that right
     */
    @Transactional(readOnly = true)
    public List<Member> list(Caller caller, CustomerId customer, Optional<UserId> after, int limit) {
        requireManager(caller, customer);
        return rows.list(customer, after, limit);
    }

    /**
     * Lists what a user is to customers, by id of customer.
     *
     * @throws RightMissing if the caller does not see the installation
     * @throws UserNotFound if there is no such user
     */
    @Transactional(readOnly = true)
    public List<UserMembership> of(Caller caller, UserId user, Optional<CustomerId> after, int limit) {
        caller.require(Right.SEE_INSTALLATION);
        caller.require(Scope.USERS_READ);
        User _ = users.known(user);
        return rows.of(user, after, limit);
    }

    /** @throws MemberNotFound if the user does not belong to the customer */
    @Transactional(readOnly = true)
    public Member get(Caller caller, CustomerId customer, UserId user) {
        requireManager(caller, customer);
        return rows.find(customer, user).orElseThrow(() -> new MemberNotFound(customer, user));
    }

    /**
     * Decides what a user is to the customer. Staff may add any user that is not staff; the owners of a customer change those who
     * already belong to it.
     *
     * @throws MemberNotFound if the user does not belong to the customer, and the caller may not add anybody
     * @throws InvalidRequest if a jail is not the customer's, or the caller's token carries too little to give the role or a right
     * @throws LastCustomerOwner if the user is the customer's last owner, and would be a colleague
     */
    @Transactional
    public Member put(Caller caller, CustomerId customer, UserId user, MemberChange change) {
        requireManager(caller, customer);
        customers.lock(customer);
        requireStillManager(caller, customer);
        Optional<Member> before = rows.find(customer, user);
        boolean mayAdd = caller.may(Right.MEMBERS) && rows.isCustomersUser(user);
        if (before.isEmpty() && !mayAdd) {
            throw new MemberNotFound(customer, user);
        }
        if (before.filter(known -> known.role() == MemberRole.OWNER).isPresent() && change.role() != MemberRole.OWNER) {
            requireOtherOwner(customer, user);
        }
        Set<JailId> present = rows.lockJails(customer, Optional.of(user), change.jails());
        List<Violation> violations = new ArrayList<>(change.beyond(caller));
        for (int index = 0; index < change.jails().size(); index++) {
            if (!present.contains(change.jails().get(index).jail())) {
                violations.add(new Violation("/jails/" + index + "/jail", "is not a jail of the customer"));
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        rows.put(customer, user, change.role());
        rows.grant(customer, user, change.jails());
        audit.record(
                caller.actor(),
                subject(customer, user),
                new AccountEvent.MembershipChanged(change.role(), change.jails().size()));
        return rows.find(customer, user).orElseThrow(() -> new MemberNotFound(customer, user));
    }

    /**
     * Ends the membership; the user, and what else they belong to, stays.
     *
     * @throws MemberNotFound if the user does not belong to the customer
     * @throws LastCustomerOwner if nobody else is an enabled owner of the customer
     */
    @Transactional
    public void remove(Caller caller, CustomerId customer, UserId user) {
        requireManager(caller, customer);
        customers.lock(customer);
        requireStillManager(caller, customer);
        Member member = rows.find(customer, user).orElseThrow(() -> new MemberNotFound(customer, user));
        if (member.role() == MemberRole.OWNER) {
            requireOtherOwner(customer, user);
        }
        Set<JailId> _ = rows.lockJails(customer, Optional.of(user), List.of());
        rows.remove(customer, user);
        audit.record(caller.actor(), subject(customer, user), new AccountEvent.MembershipEnded());
    }

    private void requireOtherOwner(CustomerId customer, UserId user) {
        if (!rows.hasOtherOwner(customer, user)) {
            throw new LastCustomerOwner();
        }
    }

    private void requireManager(Caller caller, CustomerId customer) {
        customers.nameOf(caller, customer);
        caller.require(Right.MEMBERS, customer);
    }

    /** Checks again once nobody else changes who belongs to the customer: the caller may have been removed since its request came. */
    private void requireStillManager(Caller caller, CustomerId customer) {
        if (!caller.access().has(Right.MEMBERS)
                && rows.find(customer, caller.user())
                        .filter(member -> Right.MEMBERS.isOf(member.role()))
                        .isEmpty()
                && !resellers.lockOwner(customer, caller.user())) {
            throw new RightMissing(Right.MEMBERS);
        }
    }

    private static Subject subject(CustomerId customer, UserId user) {
        return Subject.of("user", user).visibleTo(customer.value());
    }
}
