package dev.bailiwick.server.jail.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customer;

/**
 * What the page of a customer offers somebody.
 *
 * @param quota to set its quota
 * @param people to choose its people
 * @param details to change what is known of it, and to retire it
 * @param suspension to suspend it, or to lift that
 * @param customers to see whose reseller it is
 */
record CustomerActions(boolean quota, boolean people, boolean details, boolean suspension, boolean customers) {

    static CustomerActions of(Caller caller, Customer customer) {
        boolean ofStaff = customer.suspendedAt() != null && !customer.suspendedByReseller();
        return new CustomerActions(
                caller.may(Right.PLANS) || caller.may(Right.RESELL, customer.id()),
                caller.may(Right.MEMBERS, customer.id()),
                caller.may(Right.CUSTOMERS),
                caller.may(Right.SUSPEND) || caller.may(Right.SUSPEND, customer.id()) && !ofStaff,
                caller.may(Right.SEE_INSTALLATION) || caller.access().owns(customer.id()));
    }
}
