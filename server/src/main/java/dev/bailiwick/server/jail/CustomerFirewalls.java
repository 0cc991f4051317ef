package dev.bailiwick.server.jail;

import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows.CustomerFirewall;
import dev.bailiwick.server.network.member.CustomerNetwork;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The rules of customers, which apply to all jails of each, before the rules of the jail. */
@Service
public class CustomerFirewalls {

    private final CustomerFirewallRows rows;
    private final FirewallPeers peers;
    private final NetworkMembers networks;
    private final Customers customers;
    private final Intents intents;

    CustomerFirewalls(
            CustomerFirewallRows rows,
            FirewallPeers peers,
            NetworkMembers networks,
            Customers customers,
            Intents intents) {
        this.rows = rows;
        this.peers = peers;
        this.networks = networks;
        this.customers = customers;
        this.intents = intents;
    }

    /**
     * Returns the rules of a customer.
     *
     * @throws CustomerNotFound if there is no such customer that the caller may see
     * @throws RightMissing if the caller does not see all jails of the customer
     */
    @Transactional(readOnly = true)
    public CustomerFirewall of(Caller caller, CustomerId customer) {
        customers.requireVisible(caller, customer);
        caller.require(Right.SEE, customer);
        return rows.find(customer);
    }

    /** Returns the networks that the rules may name, by name. */
    @Transactional(readOnly = true)
    public List<CustomerNetwork> networks(Caller caller, CustomerId customer) {
        return caller.may(Right.SEE, customer) ? networks.of(customer) : List.of();
    }

    /** Checks that the caller may change the rules of the customer, before a request about them is read. */
    public void require(Caller caller, CustomerId customer) {
        customers.requireVisible(caller, customer);
        caller.require(Right.CONFIGURE, customer);
    }

    /**
     * Replaces the rules of a customer. Each of its jails gets another generation, with which its host applies them without a restart. Does
     * nothing if the customer has these rules.
     *
     * @throws CustomerRetired if the customer is retired
     * @throws CustomerSuspended if it is suspended
     * @throws InvalidRequest as {@link #check} does
     * @throws FirewallConflict if the rules are not as the caller has seen them
     */
    @Transactional
    public CustomerFirewall replace(Caller caller, CustomerId customer, Firewall wanted, IfMatch condition) {
        require(caller, customer);
        boolean suspended = customers.lock(customer).isSuspended();
        customers.active(caller, customer);
        if (suspended) {
            throw customers.suspended(caller, customer);
        }
        CustomerFirewall before = rows.find(customer);
        if (!condition.admits(before.version())) {
            throw new FirewallConflict(condition, before.version());
        }
        check(caller, customer, wanted);
        if (before.firewall().equals(wanted)) {
            return before;
        }
        CustomerFirewall next = new CustomerFirewall(before.version() + 1, wanted);
        intents.setFirewall(caller, customer, next);
        return next;
    }

    /**
     * Checks rules for a customer.
     *
     * @throws InvalidRequest if a rule names a jail or network that is not one of the customer, or a host of its jails cannot enforce rules
     */
    @Transactional(readOnly = true)
    public void check(Caller caller, CustomerId customer, Firewall wanted) {
        peers.check(
                caller,
                customer,
                Optional.empty(),
                rows.hosts(customer),
                rows.find(customer).firewall(),
                wanted);
    }
}
