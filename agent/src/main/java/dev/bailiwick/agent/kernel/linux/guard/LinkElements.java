package dev.bailiwick.agent.kernel.linux.guard;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel's table has about single links of jails, or a part of it.
 *
 * @param customers from a link to its customer's number
 * @param mailers the links whose jails reach TCP port 25 beyond the host, if their pools allow it
 */
record LinkElements(Map<Integer, Integer> customers, Set<Integer> mailers) {

    static final LinkElements NONE = new LinkElements(Map.of(), Set.of());

    LinkElements {
        customers = Map.copyOf(customers);
        mailers = Set.copyOf(mailers);
    }

    boolean isEmpty() {
        return customers.isEmpty() && mailers.isEmpty();
    }

    /** Returns those of these that others do not have; a link with another customer counts as another element. */
    LinkElements without(LinkElements others) {
        Map<Integer, Integer> leftCustomers = new HashMap<>(customers);
        leftCustomers.entrySet().removeAll(others.customers.entrySet());
        Set<Integer> leftMailers = new HashSet<>(mailers);
        leftMailers.removeAll(others.mailers);
        return new LinkElements(leftCustomers, leftMailers);
    }

    /** Returns these and others. A link that both have keeps the customer of these. */
    LinkElements with(LinkElements others) {
        Map<Integer, Integer> allCustomers = new HashMap<>(others.customers);
        allCustomers.putAll(customers);
        Set<Integer> allMailers = new HashSet<>(mailers);
        allMailers.addAll(others.mailers);
        return new LinkElements(allCustomers, allMailers);
    }
}
