package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.network.member.CustomerNetwork;
import dev.bailiwick.server.network.member.NetworkEvent;
import dev.bailiwick.server.network.member.NetworkId;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.network.member.NetworkMembers.NetworkMember;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The networks of customers, for staff and for the owners of each customer. Changes of one customer's networks are made one after another;
 * hosts apply them at once.
 */
@Service
class CustomerNetworks {

    /** The maximum number of networks of a customer. */
    static final int MAX_OF_CUSTOMER = 100;

    /** The maximum number of members of a network. */
    static final int MAX_JAILS = 1_000;

    private final NetworkMembers members;
    private final Customers customers;
    private final Audit audit;
    private final Clock clock;

    CustomerNetworks(NetworkMembers members, Customers customers, Audit audit, Clock clock) {
        this.members = members;
        this.customers = customers;
        this.audit = audit;
        this.clock = clock;
    }

    /** A network with its members, by name. */
    record NetworkView(CustomerNetwork network, List<NetworkMember> members) {}

    /**
     * Lists the networks of a customer by name.
     *
     * @throws CustomerNotFound if there is no such customer that the caller may see
     * @throws RightMissing if the caller does not see all jails of the customer
     */
    @Transactional(readOnly = true)
    List<CustomerNetwork> list(Caller caller, CustomerId customer) {
        requireReader(caller, customer);
        return members.of(customer);
    }

    /** @throws NetworkNotFound if the customer has no such network */
    @Transactional(readOnly = true)
    NetworkView get(Caller caller, CustomerId customer, NetworkId id) {
        requireReader(caller, customer);
        return view(customer, id);
    }

    private NetworkView view(CustomerId customer, NetworkId id) {
        return new NetworkView(known(customer, id), members.members(id));
    }

    private CustomerNetwork known(CustomerId customer, NetworkId id) {
        return members.find(customer, id).orElseThrow(() -> new NetworkNotFound(id));
    }

    private void requireReader(Caller caller, CustomerId customer) {
        customers.requireVisible(caller, customer);
        caller.require(Right.SEE, customer);
    }

    /** Checks that the caller changes networks of the customer, before a request about them is read. */
    void require(Caller caller, CustomerId customer) {
        customers.requireVisible(caller, customer);
        caller.require(Right.CONFIGURE, customer);
    }

    /**
     * Creates a network without members.
     *
     * @throws CustomerRetired if the customer is retired
     * @throws NetworkNameTaken if the customer has a network with this name
     * @throws TooManyNetworks if it has as many as it may have
     */
    @Transactional
    NetworkView create(Caller caller, CustomerId customer, String name) {
        require(caller, customer);
        customers.lock(customer);
        customers.active(caller, customer);
        if (members.of(customer).size() >= MAX_OF_CUSTOMER) {
            throw TooManyNetworks.ofCustomer();
        }
        CustomerNetwork network =
                new CustomerNetwork(NetworkId.fresh(), name, 0, clock.instant().truncatedTo(ChronoUnit.MICROS));
        if (!members.insert(customer, network)) {
            throw new NetworkNameTaken(name);
        }
        record(caller, customer, network.id(), new NetworkEvent.Created(name));
        return new NetworkView(network, List.of());
    }

    /** @throws NetworkNameTaken if the customer has another network with this name */
    @Transactional
    NetworkView rename(Caller caller, CustomerId customer, NetworkId id, String name) {
        require(caller, customer);
        customers.lock(customer);
        if (!known(customer, id).name().equals(name)) {
            if (!members.rename(id, name)) {
                throw new NetworkNameTaken(name);
            }
            record(caller, customer, id, new NetworkEvent.Renamed(name));
        }
        return view(customer, id);
    }

    /** Removes a network. Its members that are in no other one reach those of the customer's jails on their host that are in none. */
    @Transactional
    void remove(Caller caller, CustomerId customer, NetworkId id) {
        require(caller, customer);
        customers.lock(customer);
        String name = known(customer, id).name();
        members.remove(id);
        record(caller, customer, id, new NetworkEvent.Removed(name));
    }

    /**
     * Makes jails members; those that are already stay so.
     *
     * @throws InvalidRequest naming each jail that is not the customer's, or is being removed
     * @throws TooManyNetworks if a jail would be in more than {@value SharedNetwork#MAX_OF_JAIL} networks, or the network would have more
     *     members than it may have
     */
    @Transactional
    NetworkView add(Caller caller, CustomerId customer, NetworkId id, List<JailId> jails) {
        require(caller, customer);
        customers.lock(customer);
        CustomerNetwork network = known(customer, id);
        Map<JailId, Integer> present = members.lock(customer, id, Set.copyOf(jails));
        List<Violation> unknown = new ArrayList<>();
        List<Violation> full = new ArrayList<>();
        for (int index = 0; index < jails.size(); index++) {
            Integer networks = present.get(jails.get(index));
            if (networks == null) {
                unknown.add(new Violation("/jails/" + index, "is not a jail of the customer"));
            } else if (networks >= SharedNetwork.MAX_OF_JAIL) {
                full.add(new Violation("/jails/" + index, "is in " + networks + " networks, which is the maximum"));
            }
        }
        if (!unknown.isEmpty()) {
            throw new InvalidRequest(unknown);
        }
        if (!full.isEmpty()) {
            throw TooManyNetworks.ofJails(full);
        }
        List<JailId> added = members.add(id, new LinkedHashSet<>(jails));
        if (network.members() + added.size() > MAX_JAILS) {
            throw TooManyNetworks.jails();
        }
        if (!added.isEmpty()) {
            record(
                    caller,
                    customer,
                    id,
                    new NetworkEvent.JailsAdded(
                            added.stream().map(JailId::toString).sorted().toList()));
        }
        return view(customer, id);
    }

    /** Ends that a jail is a member; does nothing if it is none. Its connections to members end. */
    @Transactional
    void leave(Caller caller, CustomerId customer, NetworkId id, JailId jail) {
        require(caller, customer);
        customers.lock(customer);
        known(customer, id);
        if (members.remove(id, jail)) {
            record(caller, customer, id, new NetworkEvent.JailRemoved(jail.toString()));
        }
    }

    private void record(Caller caller, CustomerId customer, NetworkId id, NetworkEvent event) {
        audit.record(caller.actor(), Subject.of("network", id).visibleTo(customer.value()), event);
    }
}
