package dev.bailiwick.server.jail.customer;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerFields;
import dev.bailiwick.server.account.customer.CustomerList;
import dev.bailiwick.server.account.customer.CustomerState;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.ExternalIdTaken;
import dev.bailiwick.server.account.customer.ListedCustomer;
import dev.bailiwick.server.account.customer.Resellers;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of customers, and the form for a new one. */
@Controller
class CustomerListPages {

    private static final int ROWS = 50;

    private final CustomerList list;
    private final Customers customers;
    private final Resellers resellers;
    private final MessageSource messages;

    CustomerListPages(CustomerList list, Customers customers, Resellers resellers, MessageSource messages) {
        this.resellers = resellers;
        this.list = list;
        this.customers = customers;
        this.messages = messages;
    }

    @GetMapping("/customers")
    ModelAndView list(Caller caller, @ModelAttribute CustomerQuery query) {
        List<ListedCustomer> oneMore = list.page(caller, query.text(), query.wantedState(), query.start(), ROWS + 1);
        ModelAndView page = new ModelAndView("customers/list");
        page.addObject("query", query);
        page.addObject("rows", oneMore.stream().limit(ROWS).toList());
        page.addObject("untouched", oneMore.isEmpty() && query.unfiltered());
        page.addObject(
                "states",
                Stream.of(CustomerState.values()).map(CustomerState::text).toList());
        page.addObject("firstUrl", query.from().isEmpty() ? "" : query.address(""));
        page.addObject(
                "nextUrl",
                oneMore.size() > ROWS ? query.address(oneMore.getLast().id().toString()) : "");
        return page;
    }

    @GetMapping("/customers/new")
    ModelAndView blank(Caller caller) {
        return form(caller, CustomerForm.EMPTY, "", Map.of());
    }

    /** @param reseller the id of the customer's reseller; empty for none, or for the only one that the caller owns */
    @PostMapping("/customers")
    ModelAndView create(
            Caller caller,
            @ModelAttribute CustomerForm form,
            @RequestParam(defaultValue = "") String reseller,
            RedirectAttributes then) {
        List<SelectOption> own = ownResellers(caller);
        String chosen = reseller.isBlank() && own.size() == 1 ? own.getFirst().value() : reseller.strip();
        try {
            CustomerFields fields = form.fields(Quota.NONE);
            Customer customer = chosen.isEmpty()
                    ? customers.create(caller, fields)
                    : resellers.create(caller, reseller(chosen), fields);
            then.addFlashAttribute("toast", message("customer.created"));
            return new ModelAndView("redirect:/customers/" + customer.id());
        } catch (InvalidRequest invalid) {
            return unacceptable(form(caller, form, reseller, CustomerForm.errors(invalid)));
        } catch (ExternalIdTaken taken) {
            return unacceptable(
                    form(caller, form, reseller, Map.of("externalId", List.of(message("customer-form.taken")))));
        }
    }

    private static CustomerId reseller(String text) {
        try {
            return CustomerId.parse(text);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/reseller", "is not the id of a customer");
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/customers")
    ModelAndView showAgain(
            Caller caller, @ModelAttribute CustomerForm form, @RequestParam(defaultValue = "") String reseller) {
        return form(caller, form, reseller, Map.of());
    }

    /**
     * Shows the form to staff, and to the owners of resellers, who choose one of theirs.
     *
     * @throws RightMissing if the caller is neither
     */
    private ModelAndView form(Caller caller, CustomerForm form, String reseller, Map<String, List<String>> errors) {
        return new ModelAndView(
                "customers/new",
                Map.of("form", form, "reseller", reseller, "resellers", ownResellers(caller), "errors", errors));
    }

    /** Returns the resellers that the caller owns; empty for staff who create customers. */
    private List<SelectOption> ownResellers(Caller caller) {
        if (caller.access().resold().isEmpty()) {
            caller.require(Right.CUSTOMERS);
        }
        return resellers.ownedBy(caller).entrySet().stream()
                .map(one -> new SelectOption(one.getKey().toString(), one.getValue()))
                .sorted(Comparator.comparing(SelectOption::label).thenComparing(SelectOption::value))
                .toList();
    }

    private static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private String message(String key) {
        return messages.getMessage(key, null, Locale.ENGLISH);
    }
}
