package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page on which an operator moves a jail to another customer. */
@Controller
class JailMovePages {

    private final Jails jails;
    private final JailActions actions;
    private final Customers customers;
    private final TypedCustomers typed;
    private final MessageSource messages;
    private final Clock clock;

    JailMovePages(
            Jails jails,
            JailActions actions,
            Customers customers,
            TypedCustomers typed,
            MessageSource messages,
            Clock clock) {
        this.jails = jails;
        this.actions = actions;
        this.customers = customers;
        this.typed = typed;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/move")
    String confirm(Caller caller, @PathVariable String id, Model model) {
        return confirmation(caller, find(caller, id), "", "", Map.of(), model);
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/move")
    String confirmAgain(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String customer,
            @RequestParam(defaultValue = "") String confirm,
            Model model) {
        return confirmation(caller, find(caller, id), customer, confirm, Map.of(), model);
    }

    @PostMapping("/jails/{id}/move")
    String move(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String customer,
            @RequestParam(defaultValue = "") String confirm,
            Model model,
            RedirectAttributes then) {
        JailView jail = find(caller, id);
        Map<String, List<String>> errors = new HashMap<>();
        Optional<CustomerId> wanted = Optional.empty();
        try {
            wanted = Optional.of(typed.find(caller, customer));
        } catch (InvalidRequest unclear) {
            errors.putAll(FieldErrors.of(unclear, "customer"));
        }
        if (!confirm.strip().equals(jail.definition().name().value())) {
            errors.put("confirm", List.of(message("retire.confirm.wrong")));
        }
        if (!errors.isEmpty()) {
            return confirmation(caller, jail, customer, confirm, errors, model);
        }
        try {
            actions.move(caller, jail.id(), wanted.orElseThrow());
        } catch (Failure refused) {
            return confirmation(caller, jail, customer, confirm, Map.of("customer", List.of(refused.detail())), model);
        }
        then.addFlashAttribute("toast", message("jail.acted.moved"));
        return "redirect:/jails/" + jail.id();
    }

    private String confirmation(
            Caller caller,
            JailView jail,
            String customer,
            String confirm,
            Map<String, List<String>> errors,
            Model model) {
        model.addAttribute("jail", ShownJail.of(jail, customers.nameOf(caller, jail.customer()), clock.instant()));
        model.addAttribute("customer", customer);
        model.addAttribute("confirm", confirm);
        model.addAttribute("errors", errors);
        return "jails/move";
    }

    private JailView find(Caller caller, String id) {
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        caller.require(Right.DEFINE);
        return jail;
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
