package dev.bailiwick.server.jail.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerList;
import dev.bailiwick.server.account.customer.CustomerState;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.ExternalIdTaken;
import dev.bailiwick.server.account.customer.ListedCustomer;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.problem.InvalidRequest;
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
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of customers, and the form for a new one. */
@Controller
class CustomerListPages {

    private static final int ROWS = 50;

    private final CustomerList list;
    private final Customers customers;
    private final MessageSource messages;

    CustomerListPages(CustomerList list, Customers customers, MessageSource messages) {
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
        caller.require(Right.CUSTOMERS);
        return form(CustomerForm.EMPTY, Map.of());
    }

    @PostMapping("/customers")
    ModelAndView create(Caller caller, @ModelAttribute CustomerForm form, RedirectAttributes then) {
        caller.require(Right.CUSTOMERS);
        try {
            Customer customer = customers.create(caller, form.fields(Quota.NONE));
            then.addFlashAttribute("toast", message("customer.created"));
            return new ModelAndView("redirect:/customers/" + customer.id());
        } catch (InvalidRequest invalid) {
            return unacceptable(form(form, CustomerForm.errors(invalid)));
        } catch (ExternalIdTaken taken) {
            return unacceptable(form(form, Map.of("externalId", List.of(message("customer-form.taken")))));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/customers")
    ModelAndView showAgain(Caller caller, @ModelAttribute CustomerForm form) {
        caller.require(Right.CUSTOMERS);
        return form(form, Map.of());
    }

    private static ModelAndView form(CustomerForm form, Map<String, List<String>> errors) {
        return new ModelAndView("customers/new", Map.of("form", form, "errors", errors));
    }

    private static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private String message(String key) {
        return messages.getMessage(key, null, Locale.ENGLISH);
    }
}
