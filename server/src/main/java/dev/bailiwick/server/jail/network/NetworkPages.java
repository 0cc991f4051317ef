package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.network.CustomerNetworks.NetworkView;
import dev.bailiwick.server.network.member.CustomerNetwork;
import dev.bailiwick.server.network.member.NetworkId;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages of the networks of a customer. */
@Controller
class NetworkPages {

    private final CustomerNetworks networks;
    private final NetworkMembers members;
    private final Customers customers;
    private final MessageSource messages;
    private final Clock clock;

    NetworkPages(
            CustomerNetworks networks,
            NetworkMembers members,
            Customers customers,
            MessageSource messages,
            Clock clock) {
        this.clock = clock;
        this.networks = networks;
        this.members = members;
        this.customers = customers;
        this.messages = messages;
    }

    /** A network as the list shows it. */
    record NetworkRow(String id, String name, int members, Moment created) {

        static NetworkRow of(CustomerNetwork network, Instant now) {
            return new NetworkRow(
                    network.id().toString(), network.name(), network.members(), Moment.of(network.createdAt(), now));
        }
    }

    @GetMapping("/networks/{customer}")
    ModelAndView list(Caller caller, @PathVariable String customer) {
        return list(caller, customer(customer), "", Map.of());
    }

    @PostMapping("/networks/{customer}")
    ModelAndView create(
            Caller caller,
            @PathVariable String customer,
            @RequestParam(defaultValue = "") String name,
            RedirectAttributes then) {
        CustomerId of = customer(customer);
        networks.require(caller, of);
        NetworkView created;
        try {
            created = networks.create(caller, of, new NetworkRequest(name).change());
        } catch (Failure refused) {
            return refused(list(caller, of, name, errors(refused, "name")), refused);
        }
        return done(of, "/" + created.network().id(), "networks.created", then);
    }

    @GetMapping("/networks/{customer}/{id}")
    ModelAndView get(Caller caller, @PathVariable String customer, @PathVariable String id) {
        return one(caller, customer(customer), network(id), Map.of(), Map.of());
    }

    @PostMapping("/networks/{customer}/{id}")
    ModelAndView rename(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String name,
            RedirectAttributes then) {
        CustomerId of = customer(customer);
        networks.require(caller, of);
        try {
            networks.rename(caller, of, network(id), new NetworkRequest(name).change());
        } catch (NetworkNameTaken | InvalidRequest refused) {
            return refused(one(caller, of, network(id), Map.of("name", name), errors(refused, "name")), refused);
        }
        return done(of, "/" + network(id), "networks.renamed", then);
    }

    /** @param jail the name or the id of a jail of the customer */
    @PostMapping("/networks/{customer}/{id}/jails")
    ModelAndView add(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String jail,
            RedirectAttributes then) {
        CustomerId of = customer(customer);
        networks.require(caller, of);
        try {
            JailId found = members.jail(of, jail.strip())
                    .orElseThrow(() -> new InvalidRequest("/jail", "is not a jail of the customer"));
            networks.add(caller, of, network(id), List.of(found));
        } catch (InvalidRequest | TooManyNetworks refused) {
            return refused(one(caller, of, network(id), Map.of("jail", jail), errors(refused, "jail")), refused);
        }
        return done(of, "/" + network(id), "networks.added", then);
    }

    @PostMapping("/networks/{customer}/{id}/jails/{jail}/remove")
    ModelAndView leave(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String id,
            @PathVariable String jail,
            RedirectAttributes then) {
        networks.leave(caller, customer(customer), network(id), new JailId(PathIds.uuid(jail)));
        return done(customer(customer), "/" + network(id), "networks.left", then);
    }

    @PostMapping("/networks/{customer}/{id}/remove")
    ModelAndView remove(
            Caller caller, @PathVariable String customer, @PathVariable String id, RedirectAttributes then) {
        networks.remove(caller, customer(customer), network(id));
        return done(customer(customer), "", "networks.removed", then);
    }

    private ModelAndView list(Caller caller, CustomerId of, String name, Map<String, List<String>> errors) {
        ModelAndView page = page("networks/list", caller, of, errors);
        page.addObject(
                "networks",
                networks.list(caller, of).stream()
                        .map(network -> NetworkRow.of(network, clock.instant()))
                        .toList());
        page.addObject("name", name);
        return page;
    }

    /** @param typed what somebody typed, by field */
    private ModelAndView one(
            Caller caller, CustomerId of, NetworkId id, Map<String, String> typed, Map<String, List<String>> errors) {
        NetworkView view = networks.get(caller, of, id);
        ModelAndView page = page("networks/network", caller, of, errors);
        page.addObject("network", view.network());
        page.addObject("members", view.members());
        page.addObject("name", typed.getOrDefault("name", view.network().name()));
        page.addObject("jail", typed.getOrDefault("jail", ""));
        return page;
    }

    private ModelAndView page(String template, Caller caller, CustomerId of, Map<String, List<String>> errors) {
        ModelAndView page = new ModelAndView(template);
        page.addObject("customer", of.toString());
        page.addObject("customerName", customers.nameOf(caller, of));
        page.addObject("changeable", caller.may(Right.CONFIGURE, of));
        page.addObject("errors", errors);
        return page;
    }

    private static ModelAndView refused(ModelAndView page, Failure why) {
        page.setStatus(HttpStatusCode.valueOf(why.type().status()));
        return page;
    }

    /** @param field the one that the form has */
    private static Map<String, List<String>> errors(Failure refused, String field) {
        Map<String, List<String>> errors = new TreeMap<>();
        refused.violations()
                .forEach(violation ->
                        errors.computeIfAbsent(field, _ -> new ArrayList<>()).add(violation.message()));
        if (errors.isEmpty()) {
            errors.put(field, List.of(refused.detail()));
        }
        return errors;
    }

    private ModelAndView done(CustomerId of, String where, String message, RedirectAttributes then) {
        then.addFlashAttribute("toast", messages.getMessage(message, null, Locale.ENGLISH));
        return new ModelAndView("redirect:/networks/" + of + where);
    }

    private static CustomerId customer(String id) {
        return new CustomerId(PathIds.uuid(id));
    }

    private static NetworkId network(String id) {
        return new NetworkId(PathIds.uuid(id));
    }
}
