package dev.bailiwick.server.jail.people;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerList;
import dev.bailiwick.server.account.customer.CustomerUsage;
import dev.bailiwick.server.account.customer.CustomerUsages;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.account.member.Invitations;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.jail.customer.ShownQuota;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of the people of a customer, and of its open invitations. */
@Controller
class PeoplePages {

    /** The maximum number of people and of invitations that the page shows. */
    private static final int MAX_SHOWN = 500;

    private final Members members;
    private final Invitations invitations;
    private final Customers customers;
    private final CustomerList names;
    private final TypedCustomers typed;
    private final CustomerUsages usages;
    private final MessageSource messages;
    private final Clock clock;

    PeoplePages(
            Members members,
            Invitations invitations,
            Customers customers,
            CustomerList names,
            TypedCustomers typed,
            CustomerUsages usages,
            MessageSource messages,
            Clock clock) {
        this.members = members;
        this.invitations = invitations;
        this.customers = customers;
        this.names = names;
        this.typed = typed;
        this.usages = usages;
        this.messages = messages;
        this.clock = clock;
    }

    /** @param customer whose people; empty for the first customer of the caller */
    @GetMapping("/people")
    String list(Caller caller, @RequestParam(defaultValue = "") String customer, Model model) {
        Optional<CustomerId> chosen;
        model.addAttribute("errors", Map.of());
        try {
            chosen = customer.isBlank() ? first(caller) : Optional.of(chosen(caller, customer));
        } catch (InvalidRequest unclear) {
            chosen = Optional.empty();
            model.addAttribute("errors", FieldErrors.of(unclear, "customer"));
        }
        if (chosen.isEmpty() && managed(caller).isEmpty()) {
            caller.require(Right.MEMBERS);
        }
        model.addAttribute(
                "several", caller.may(Right.MEMBERS) || managed(caller).size() > 1);
        model.addAttribute(
                "typed", typed.text(caller, chosen.map(CustomerId::toString).orElse(customer)));
        model.addAttribute("customer", chosen.map(CustomerId::toString).orElse(""));
        model.addAttribute(
                "name", chosen.map(id -> customers.nameOf(caller, id)).orElse(""));
        Optional<CustomerUsage> usage = chosen.map(id -> usages.get(caller, id));
        model.addAttribute("usage", usage.map(ShownQuota::of).orElse(List.of()));
        model.addAttribute("reseller", usage.map(CustomerUsage::reseller).orElse(""));
        model.addAttribute(
                "people",
                chosen.map(id -> members.list(caller, id, Optional.empty(), MAX_SHOWN)).orElse(List.of()).stream()
                        .map(member -> ShownPerson.of(member, clock.instant()))
                        .toList());
        model.addAttribute(
                "invitations",
                chosen.map(id -> invitations.list(caller, id, Optional.empty(), MAX_SHOWN)).orElse(List.of()).stream()
                        .map(invitation -> ShownPerson.of(invitation, clock.instant()))
                        .toList());
        return "people/list";
    }

    /** An id is that of the customer's page, so that an unknown one is not found, as there. */
    private CustomerId chosen(Caller caller, String customer) {
        try {
            return CustomerId.parse(customer.strip());
        } catch (InvalidValue notAnId) {
            return typed.find(caller, customer);
        }
    }

    /** Returns the first customer whose people the caller chooses: of staff, in the order of creation; otherwise by name. */
    private Optional<CustomerId> first(Caller caller) {
        if (caller.may(Right.MEMBERS)) {
            return customers.list(caller, Optional.empty(), Optional.empty(), 1).stream()
                    .map(Customer::id)
                    .findFirst();
        }
        return names.names(caller, managed(caller)).entrySet().stream()
                .min(Map.Entry.<CustomerId, String>comparingByValue()
                        .thenComparing(one -> one.getKey().toString()))
                .map(Map.Entry::getKey);
    }

    private static Set<CustomerId> managed(Caller caller) {
        return caller.access().reached().stream()
                .filter(id -> caller.may(Right.MEMBERS, id))
                .collect(Collectors.toSet());
    }

    @PostMapping("/people/{customer}/invitations/{id}/withdraw")
    String withdraw(Caller caller, @PathVariable String customer, @PathVariable String id, RedirectAttributes then) {
        CustomerId of = new CustomerId(PathIds.uuid(customer));
        invitations.withdraw(caller, of, new InvitationId(PathIds.uuid(id)));
        then.addFlashAttribute("toast", messages.getMessage("people.withdrawn", null, Locale.ENGLISH));
        return "redirect:/people?customer=" + of;
    }
}
