package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.customer.TypedCustomers;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Suggests customers while somebody types one into a field of a page. */
@Controller
@ConditionalOnWebApplication
class CustomerSuggestionPages {

    private final TypedCustomers customers;

    CustomerSuggestionPages(TypedCustomers customers) {
        this.customers = customers;
    }

    /** @param customer what has been typed */
    @GetMapping("/suggestions/customers")
    String suggest(Caller caller, @RequestParam(defaultValue = "") String customer, Model model) {
        model.addAttribute("suggestions", customers.suggest(caller, customer));
        return "customers/suggestions :: options";
    }
}
