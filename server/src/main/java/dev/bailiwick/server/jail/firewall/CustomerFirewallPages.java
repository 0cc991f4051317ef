package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.CustomerFirewalls;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows.CustomerFirewall;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.request.IfMatch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page with the firewall of a customer. */
@Controller
class CustomerFirewallPages {

    private final CustomerFirewalls firewalls;
    private final Customers customers;
    private final MessageSource messages;

    CustomerFirewallPages(CustomerFirewalls firewalls, Customers customers, MessageSource messages) {
        this.firewalls = firewalls;
        this.customers = customers;
        this.messages = messages;
    }

    @GetMapping("/firewall/{customer}")
    ModelAndView show(Caller caller, @PathVariable String customer, @RequestParam(defaultValue = "") String template) {
        CustomerFirewall found = firewalls.of(caller, customer(customer));
        String rules = FirewallTemplate.find(template)
                .map(FirewallTemplate::lines)
                .orElseGet(() -> RuleText.of(found.firewall()));
        return page(caller, customer(customer), rules, found.version(), Map.of());
    }

    @PostMapping("/firewall/{customer}")
    ModelAndView replace(
            Caller caller,
            @PathVariable String customer,
            @RequestParam(defaultValue = "") String rules,
            @RequestParam(defaultValue = "0") long version,
            RedirectAttributes then) {
        CustomerId of = customer(customer);
        firewalls.require(caller, of);
        try {
            Firewall wanted = RuleRequest.firewall(RuleText.read(rules));
            firewalls.replace(caller, of, wanted, IfMatch.of(Optional.of("\"" + version + "\"")));
        } catch (Failure refused) {
            ModelAndView page = page(caller, of, rules, version, RuleText.errors(refused));
            page.setStatus(HttpStatusCode.valueOf(refused.type().status()));
            return page;
        }
        then.addFlashAttribute("toast", messages.getMessage("firewall.customer.saved", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/firewall/" + of);
    }

    private ModelAndView page(
            Caller caller, CustomerId of, String rules, long version, Map<String, List<String>> errors) {
        ModelAndView page = new ModelAndView("jails/customer-firewall");
        page.addObject("customer", of.toString());
        page.addObject("customerName", customers.nameOf(caller, of));
        boolean active = customers.find(of).filter(Customer::isActive).isPresent();
        page.addObject("changeable", active && caller.may(Right.CONFIGURE, of));
        page.addObject("version", version);
        page.addObject("rules", rules);
        page.addObject("templates", FirewallTemplate.ALL);
        page.addObject("networks", firewalls.networks(caller, of));
        page.addObject("errors", errors);
        return page;
    }

    private static CustomerId customer(String id) {
        return new CustomerId(PathIds.uuid(id));
    }
}
