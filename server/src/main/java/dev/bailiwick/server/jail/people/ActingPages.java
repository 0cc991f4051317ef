package dev.bailiwick.server.jail.people;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.signin.behalf.Acting;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The buttons with which somebody of the staff acts as a user of a customer, and for themselves again. */
@Controller
class ActingPages {

    private final Acting acting;

    ActingPages(Acting acting) {
        this.acting = acting;
    }

    @PostMapping("/people/{customer}/{user}/act")
    String begin(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String user,
            @RequestParam(defaultValue = "") String reason,
            HttpServletRequest request,
            RedirectAttributes then) {
        try {
            acting.begin(
                    caller, new CustomerId(PathIds.uuid(customer)), new UserId(PathIds.uuid(user)), reason, request);
        } catch (InvalidRequest refused) {
            then.addFlashAttribute(
                    "notActing",
                    refused.violations().stream().map(Violation::message).toList());
            then.addFlashAttribute("reason", reason);
            return "redirect:/people/{customer}/{user}#act";
        }
        return "redirect:/jails";
    }

    @PostMapping("/acting/end")
    String end(Caller caller, HttpServletRequest request) {
        acting.end(caller, request);
        return "redirect:/people";
    }
}
