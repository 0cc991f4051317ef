package dev.bailiwick.server.jail.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerInUse;
import dev.bailiwick.server.account.customer.CustomerQuotas;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.account.customer.CustomerUsage;
import dev.bailiwick.server.account.customer.CustomerUsages;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.ExternalIdTaken;
import dev.bailiwick.server.account.customer.Resellers;
import dev.bailiwick.server.account.member.Member;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages of one customer, for staff and for the owners of its reseller: viewing, changing, suspending and retiring it. */
@Controller
class CustomerPages {

    private static final int JAILS = 20;
    private static final int PEOPLE = 100;
    private static final int CUSTOMERS = 20;
    private static final Duration GRACE = Duration.ofDays(30);
    private static final JailOrder BY_NAME = new JailOrder(JailOrder.Column.NAME, SortDirection.ASCENDING);

    private final Customers customers;
    private final CustomerQuotas quotas;
    private final CustomerUsages usages;
    private final CustomerSuspensions suspensions;
    private final Resellers resellers;
    private final Members members;
    private final Jails jails;
    private final MessageSource messages;
    private final Clock clock;

    CustomerPages(
            Customers customers,
            CustomerQuotas quotas,
            CustomerUsages usages,
            CustomerSuspensions suspensions,
            Resellers resellers,
            Members members,
            Jails jails,
            MessageSource messages,
            Clock clock) {
        this.customers = customers;
        this.quotas = quotas;
        this.usages = usages;
        this.suspensions = suspensions;
        this.resellers = resellers;
        this.members = members;
        this.jails = jails;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/customers/{id}")
    ModelAndView show(Caller caller, @PathVariable String id) {
        Customer customer = find(caller, id);
        return page(caller, customer, CustomerForm.of(customer), "", Map.of());
    }

    @PostMapping("/customers/{id}/details")
    ModelAndView change(
            Caller caller, @PathVariable String id, @ModelAttribute CustomerForm form, RedirectAttributes then) {
        caller.require(Right.CUSTOMERS);
        Customer customer = find(caller, id);
        try {
            customers.change(caller, customer.id(), before -> form.fields(before.quota()));
            return saved(customer, "customer.changed", then);
        } catch (InvalidRequest invalid) {
            return unacceptable(page(caller, customer, form, "", CustomerForm.errors(invalid)));
        } catch (ExternalIdTaken taken) {
            return unacceptable(
                    page(caller, customer, form, "", Map.of("externalId", List.of(message("customer-form.taken")))));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/customers/{id}/details")
    ModelAndView showChangeAgain(Caller caller, @PathVariable String id, @ModelAttribute CustomerForm form) {
        caller.require(Right.CUSTOMERS);
        return page(caller, find(caller, id), form, "", Map.of());
    }

    @PostMapping("/customers/{id}/quota")
    ModelAndView setQuota(
            Caller caller, @PathVariable String id, @ModelAttribute QuotaForm form, RedirectAttributes then) {
        Customer customer = find(caller, id, Right.PLANS);
        try {
            Quota quota = form.quota();
            quotas.set(caller, customer.id(), _ -> quota);
            return saved(customer, "customer.quota.changed", then);
        } catch (InvalidRequest invalid) {
            return unacceptable(page(caller, customer, form, QuotaForm.errors(invalid)));
        } catch (QuotaBelowUse below) {
            return unacceptable(page(caller, customer, form, QuotaForm.errors(below)));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/customers/{id}/quota")
    ModelAndView showQuotaAgain(Caller caller, @PathVariable String id, @ModelAttribute QuotaForm form) {
        return page(caller, find(caller, id, Right.PLANS), form, Map.of());
    }

    @PostMapping("/customers/{id}/suspend")
    ModelAndView suspend(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            RedirectAttributes then) {
        Customer customer = find(caller, id, Right.SUSPEND);
        try {
            suspensions.suspend(caller, customer.id(), reason.strip());
            return saved(customer, "customer.suspended", then);
        } catch (InvalidRequest invalid) {
            return unacceptable(
                    page(caller, customer, CustomerForm.of(customer), reason, CustomerForm.errors(invalid)));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/customers/{id}/suspend")
    ModelAndView showSuspensionAgain(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "") String reason) {
        Customer customer = find(caller, id, Right.SUSPEND);
        return page(caller, customer, CustomerForm.of(customer), reason, Map.of());
    }

    @PostMapping("/customers/{id}/unsuspend")
    ModelAndView lift(Caller caller, @PathVariable String id, RedirectAttributes then) {
        Customer customer = find(caller, id, Right.SUSPEND);
        suspensions.lift(caller, customer.id());
        return saved(customer, "customer.unsuspended", then);
    }

    @GetMapping("/customers/{id}/retire")
    ModelAndView retirement(Caller caller, @PathVariable String id) {
        caller.require(Right.CUSTOMERS);
        return retirement(find(caller, id), "", "", Map.of());
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/customers/{id}/retire")
    ModelAndView showRetirementAgain(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "") String confirm) {
        caller.require(Right.CUSTOMERS);
        return retirement(find(caller, id), "", confirm, Map.of());
    }

    @PostMapping("/customers/{id}/retire")
    ModelAndView retire(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String confirm,
            RedirectAttributes then) {
        caller.require(Right.CUSTOMERS);
        Customer customer = find(caller, id);
        if (!confirm.strip().equals(customer.name())) {
            return unacceptable(
                    retirement(customer, "", confirm, Map.of("confirm", List.of(message("customer.retire.wrong")))));
        }
        try {
            customers.retire(caller, customer.id(), GRACE);
            return saved(customer, "customer.retired", then);
        } catch (CustomerInUse refused) {
            ModelAndView page = retirement(customer, refused.detail(), confirm, Map.of());
            page.setStatus(HttpStatus.CONFLICT);
            return page;
        }
    }

    @PostMapping("/customers/{id}/restore")
    ModelAndView restore(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Right.CUSTOMERS);
        Customer customer = find(caller, id);
        try {
            customers.restore(caller, customer.id());
            return saved(customer, "customer.restored", then);
        } catch (CustomerRetired refused) {
            then.addFlashAttribute("problem", message("customer.restore.late"));
            return new ModelAndView("redirect:/customers/" + customer.id());
        }
    }

    private ModelAndView page(Caller caller, Customer customer, QuotaForm form, Map<String, List<String>> errors) {
        ModelAndView page = page(caller, customer, CustomerForm.of(customer), "", errors);
        page.addObject("quota", form);
        return page;
    }

    private ModelAndView page(
            Caller caller, Customer customer, CustomerForm form, String reason, Map<String, List<String>> errors) {
        JailFilter own =
                new JailFilter(Optional.empty(), Optional.of(customer.id()), Optional.empty(), Optional.empty());
        CustomerActions may = CustomerActions.of(caller, customer);
        List<Member> people = may.people() ? members.list(caller, customer.id(), Optional.empty(), PEOPLE) : List.of();
        CustomerUsage usage = usages.get(caller, customer.id());
        ModelAndView page = new ModelAndView("customers/customer");
        page.addObject("may", may);
        page.addObject("customer", ShownCustomer.of(customer, usage.reseller(), clock.instant()));
        page.addObject("form", form);
        page.addObject("quota", QuotaForm.of(customer.quota()));
        page.addObject("usage", ShownQuota.of(usage));
        page.addObject("reason", reason);
        page.addObject("errors", errors);
        page.addObject("people", people);
        List<Customer> below =
                may.customers() ? resellers.list(caller, customer.id(), Optional.empty(), CUSTOMERS + 1) : List.of();
        page.addObject("customers", below.stream().limit(CUSTOMERS).toList());
        page.addObject("moreCustomers", below.size() > CUSTOMERS);
        page.addObject(
                "jails",
                jails.list(caller, own, BY_NAME, Optional.empty(), JAILS).jails().stream()
                        .map(jail -> ShownCustomer.JailOfCustomer.of(jail, clock.instant()))
                        .toList());
        page.addObject("total", jails.count(caller, own));
        return page;
    }

    private static ModelAndView retirement(
            Customer customer, String refusal, String confirm, Map<String, List<String>> errors) {
        return new ModelAndView(
                "customers/retire",
                Map.of(
                        "id",
                        customer.id().toString(),
                        "name",
                        customer.name(),
                        "days",
                        GRACE.toDays(),
                        "refusal",
                        refusal,
                        "confirm",
                        confirm,
                        "errors",
                        errors));
    }

    private Customer find(Caller caller, String id) {
        return customers.get(caller, new CustomerId(PathIds.uuid(id)));
    }

    /** @throws RightMissing if the caller neither has the right everywhere nor owns the reseller of the customer */
    private Customer find(Caller caller, String id, Right right) {
        if (!caller.may(Right.RESELL, new CustomerId(PathIds.uuid(id)))) {
            caller.require(right);
        }
        return find(caller, id);
    }

    private ModelAndView saved(Customer customer, String key, RedirectAttributes then) {
        then.addFlashAttribute("toast", message(key));
        return new ModelAndView("redirect:/customers/" + customer.id());
    }

    private static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private String message(String key) {
        return messages.getMessage(key, null, Locale.ENGLISH);
    }
}
