package dev.bailiwick.server.account;

import dev.bailiwick.jail.JailId;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far the rights of a user reach: everywhere, to all that belongs to a customer, or to single jails. The rights on a jail are the
 * sum of the three.
 *
 * @param everywhere the rights of the user's role
 * @param customers the rights of the user's memberships; a colleague has none here
 * @param resold the customers of the resellers that the user owns, for which they have the rights of an owner and some more
 * @param jails the rights that a colleague was given on single jails
 * @param version the user's version of access, which grows with each change of their rights
 */
public record Access(
        Set<Right> everywhere,
        Map<CustomerId, Set<Right>> customers,
        Set<CustomerId> resold,
        Map<JailId, JailGrant> jails,
        long version) {

    /** The rights of a colleague on one jail of the customer. */
    public record JailGrant(CustomerId customer, Set<Right> rights) {
        public JailGrant {
            rights = Set.copyOf(rights);
        }
    }

    public Access {
        everywhere = Set.copyOf(everywhere);
        customers = Map.copyOf(customers);
        resold = Set.copyOf(resold);
        jails = Map.copyOf(jails);
    }

    /** Returns the access of a user with this role who belongs to no customer. */
    public static Access of(Role role) {
        return new Access(Right.of(role), Map.of(), Set.of(), Map.of(), 0);
    }

    /** Returns the access of the owner of a customer. */
    public static Access ofOwner(CustomerId customer) {
        return new Access(Right.of(Role.CUSTOMER), Map.of(customer, Right.of(MemberRole.OWNER)), Set.of(), Map.of(), 0);
    }

    /** Returns the same access in another version. */
    public Access at(long other) {
        return new Access(everywhere, customers, resold, jails, other);
    }

    /** Whether it has the right everywhere. */
    public boolean has(Right right) {
        return everywhere.contains(right);
    }

    /** Whether it has the right on all that belongs to the customer. */
    public boolean has(Right right, CustomerId customer) {
        return has(right)
                || customers.getOrDefault(customer, Set.of()).contains(right)
                || resold.contains(customer) && right.isOfResellers();
    }

    /** Whether it has the right on the jail of the customer. */
    public boolean has(Right right, CustomerId customer, JailId jail) {
        JailGrant grant = jails.get(jail);
        return has(right, customer)
                || grant != null
                        && grant.customer().equals(customer)
                        && (right == Right.SEE || grant.rights().contains(right));
    }

    /** Whether the user belongs to the customer as its owner. */
    public boolean owns(CustomerId customer) {
        return customers.getOrDefault(customer, Set.of()).containsAll(Right.of(MemberRole.OWNER));
    }

    /** Returns the customers that the user belongs to, without those of their resellers. */
    public Set<CustomerId> members() {
        return customers.keySet();
    }

    /** Returns the customers that the user belongs to, and those of the resellers that they own. */
    public Set<CustomerId> reached() {
        return Stream.concat(customers.keySet().stream(), resold.stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the customers of which the user sees all jails. */
    public Set<CustomerId> wholeCustomers() {
        return Stream.concat(wholeMemberships().stream(), resold.stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the customers that the user belongs to and of which they see all jails. */
    public Set<CustomerId> wholeMemberships() {
        return customers.entrySet().stream()
                .filter(customer -> customer.getValue().contains(Right.SEE))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
