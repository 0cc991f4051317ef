package dev.bailiwick.server.jail.people;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.CustomerList;
import dev.bailiwick.server.account.customer.CustomerUsage;
import dev.bailiwick.server.account.customer.CustomerUsages;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.member.Invitations;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.jail.customer.ShownQuota;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.SelectOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

    /** The maximum number of people, of invitations and of customers that the page shows. */
    private static final int MAX_SHOWN = 500;

    private final Members members;
    private final Invitations invitations;
    private final Customers customers;
    private final CustomerList names;
    private final CustomerUsages usages;
    private final MessageSource messages;
    private final Clock clock;

    PeoplePages(
            Members members,
            Invitations invitations,
            Customers customers,
            CustomerList names,
            CustomerUsages usages,
            MessageSource messages,
            Clock clock) {
        this.members = members;
        this.invitations = invitations;
        this.customers = customers;
        this.names = names;
        this.usages = usages;
        this.messages = messages;
        this.clock = clock;
    }

    /** @param customer whose people; empty for the first customer of the caller */
    @GetMapping("/people")
    String list(Caller caller, @RequestParam(defaultValue = "") String customer, Model model) {
        List<SelectOption> choices = choices(caller);
        Optional<CustomerId> chosen = customer.isEmpty()
                ? choices.stream().findFirst().map(first -> CustomerId.parse(first.value()))
                : Optional.of(new CustomerId(PathIds.uuid(customer)));
        if (chosen.isEmpty()) {
            caller.require(Right.MEMBERS);
        }
        model.addAttribute("choices", choices);
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

    private List<SelectOption> choices(Caller caller) {
        if (caller.may(Right.MEMBERS)) {
            return customers.list(caller, Optional.empty(), Optional.empty(), MAX_SHOWN).stream()
                    .map(one -> new SelectOption(one.id().toString(), one.name()))
                    .toList();
        }
        Set<CustomerId> managed = caller.access().reached().stream()
                .filter(id -> caller.may(Right.MEMBERS, id))
                .collect(Collectors.toSet());
        return names.names(caller, managed).entrySet().stream()
                .map(one -> new SelectOption(one.getKey().toString(), one.getValue()))
                .sorted(Comparator.comparing(SelectOption::label).thenComparing(SelectOption::value))
                .limit(MAX_SHOWN)
                .toList();
    }

    @PostMapping("/people/{customer}/invitations/{id}/withdraw")
    String withdraw(Caller caller, @PathVariable String customer, @PathVariable String id, RedirectAttributes then) {
        CustomerId of = new CustomerId(PathIds.uuid(customer));
        invitations.withdraw(caller, of, new InvitationId(PathIds.uuid(id)));
        then.addFlashAttribute("toast", messages.getMessage("people.withdrawn", null, Locale.ENGLISH));
        return "redirect:/people?customer=" + of;
    }
}
