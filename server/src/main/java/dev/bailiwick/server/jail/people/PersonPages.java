package dev.bailiwick.server.jail.people;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.member.Invitations;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.Member;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.member.NewInvitation;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.mail.Mails;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The forms that invite somebody to a customer, change what somebody is to it, and end a membership. */
@Controller
class PersonPages {

    /** The maximum number of jails that a form offers at a time; the others stay as they are. */
    private static final int MAX_JAILS = 200;

    private final Members members;
    private final Invitations invitations;
    private final Customers customers;
    private final Jails jails;
    private final Mails mails;
    private final MessageSource messages;

    /** Who the form is about. */
    private record Invited(String login, String email) {}

    PersonPages(
            Members members,
            Invitations invitations,
            Customers customers,
            Jails jails,
            Mails mails,
            MessageSource messages) {
        this.members = members;
        this.invitations = invitations;
        this.customers = customers;
        this.jails = jails;
        this.mails = mails;
        this.messages = messages;
    }

    @GetMapping("/people/{customer}/invite")
    String askWhom(
            Caller caller, @PathVariable String customer, @RequestParam(defaultValue = "") String q, Model model) {
        return form(
                caller,
                customer(customer),
                Optional.empty(),
                new Invited("", ""),
                PersonForm.blank(),
                q,
                Map.of(),
                model);
    }

    @PostMapping("/people/{customer}/invite")
    String invite(
            Caller caller,
            @PathVariable String customer,
            @RequestParam(defaultValue = "") String login,
            @RequestParam(defaultValue = "") String email,
            @RequestParam(defaultValue = "") String role,
            @RequestParam(defaultValue = "") List<String> shown,
            @RequestParam(defaultValue = "") List<String> rights,
            @RequestParam(defaultValue = "") String q,
            HttpServletRequest request,
            Model model,
            RedirectAttributes then) {
        CustomerId of = customer(customer);
        PersonForm form = PersonForm.read(role, shown, rights);
        try {
            MemberChange change = form.change(List.of());
            Invitations.Issued issued = invitations.create(
                    caller,
                    of,
                    NewInvitation.of(
                            login,
                            change.role(),
                            new ArrayList<@Nullable JailRights>(change.jails()),
                            email.isBlank() ? null : email.strip()),
                    Credential.tokenOf(request));
            String name = issued.invitation().login();
            if (issued.secret().isEmpty()) {
                then.addFlashAttribute("toast", message("people.mailed", name, email.strip()));
            }
            issued.secret().ifPresent(secret -> {
                then.addFlashAttribute("invited", name);
                then.addFlashAttribute(
                        "link",
                        ServletUriComponentsBuilder.fromContextPath(request)
                                .path("/sign-in/invitation/" + secret.text())
                                .toUriString());
            });
        } catch (Failure refused) {
            return form(
                    caller, of, Optional.empty(), new Invited(login, email), form, q, errors(refused, "login"), model);
        }
        return "redirect:/people?customer=" + of;
    }

    /** Shows a form again that had to wait for a sign-in or a confirmation; only forwards get here. */
    @PostMapping("/carried/people/{customer}/invite")
    String askAgainWhom(
            Caller caller,
            @PathVariable String customer,
            @RequestParam(defaultValue = "") String login,
            @RequestParam(defaultValue = "") String email,
            @RequestParam(defaultValue = "") String role,
            @RequestParam(defaultValue = "") List<String> shown,
            @RequestParam(defaultValue = "") List<String> rights,
            @RequestParam(defaultValue = "") String q,
            Model model) {
        PersonForm form = PersonForm.read(role, shown, rights);
        return form(caller, customer(customer), Optional.empty(), new Invited(login, email), form, q, Map.of(), model);
    }

    @GetMapping("/people/{customer}/{user}")
    String show(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String user,
            @RequestParam(defaultValue = "") String q,
            Model model) {
        Member member = members.get(caller, customer(customer), user(user));
        PersonForm form = PersonForm.of(member.role(), member.jails());
        return form(
                caller,
                customer(customer),
                Optional.of(member),
                new Invited(member.login(), ""),
                form,
                q,
                Map.of(),
                model);
    }

    @PostMapping("/people/{customer}/{user}")
    String change(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String user,
            @RequestParam(defaultValue = "") String role,
            @RequestParam(defaultValue = "") List<String> shown,
            @RequestParam(defaultValue = "") List<String> rights,
            @RequestParam(defaultValue = "") String q,
            Model model,
            RedirectAttributes then) {
        CustomerId of = customer(customer);
        Member member = members.get(caller, of, user(user));
        PersonForm form = PersonForm.read(role, shown, rights);
        try {
            members.put(caller, of, member.user(), form.change(member.jails()));
        } catch (Failure refused) {
            return form(
                    caller,
                    of,
                    Optional.of(member),
                    new Invited(member.login(), ""),
                    form,
                    q,
                    errors(refused, "role"),
                    model);
        }
        then.addFlashAttribute("toast", message("people.changed", member.login()));
        return "redirect:/people?customer=" + of;
    }

    @PostMapping("/people/{customer}/{user}/remove")
    String remove(Caller caller, @PathVariable String customer, @PathVariable String user, RedirectAttributes then) {
        CustomerId of = customer(customer);
        Member member = members.get(caller, of, user(user));
        try {
            members.remove(caller, of, member.user());
            then.addFlashAttribute("toast", message("people.removed", member.login()));
        } catch (Failure refused) {
            then.addFlashAttribute("problem", refused.detail());
        }
        return member.user().equals(caller.user()) ? "redirect:/jails" : "redirect:/people?customer=" + of;
    }

    private String form(
            Caller caller,
            CustomerId customer,
            Optional<Member> member,
            Invited invited,
            PersonForm form,
            String text,
            Map<String, List<String>> errors,
            Model model) {
        model.addAttribute("name", customers.nameOf(caller, customer));
        caller.require(Right.MEMBERS, customer);
        JailFilter filter = new JailFilter(
                Optional.empty(),
                Optional.of(customer),
                Optional.empty(),
                text.isBlank() ? Optional.empty() : Optional.of(text.strip()));
        JailPage page = jails.list(caller, filter, JailOrder.parse("name"), Optional.empty(), MAX_JAILS);
        model.addAttribute("customer", customer.toString());
        model.addAttribute("user", member.map(known -> known.user().toString()).orElse(""));
        model.addAttribute(
                "mayReset",
                caller.acting().isEmpty()
                        && caller.may(Right.PASSWORDS, customer)
                        && member.filter(known -> known.disabledAt() == null
                                        && !known.user().equals(caller.user()))
                                .isPresent());
        model.addAttribute("login", invited.login());
        model.addAttribute("email", invited.email());
        model.addAttribute("mails", mails.areSent());
        model.addAttribute("role", form.role());
        model.addAttribute("rights", OfferedJail.rights());
        model.addAttribute(
                "jails",
                page.jails().stream().map(jail -> OfferedJail.of(jail, form)).toList());
        model.addAttribute("more", page.next().isPresent());
        model.addAttribute("q", text);
        model.addAttribute("errors", errors);
        return "people/person";
    }

    /** @param general the field that shows a failure that concerns no field */
    private static Map<String, List<String>> errors(Failure failure, String general) {
        Map<String, List<String>> errors = new HashMap<>();
        for (Violation violation : failure.violations()) {
            String field = violation.pointer().startsWith("/jails")
                    ? "jails"
                    : violation.pointer().substring(1);
            errors.computeIfAbsent(field, _ -> new ArrayList<>()).add(violation.message());
        }
        if (errors.isEmpty()) {
            errors.put(general, List.of(failure.detail()));
        }
        return errors;
    }

    private static CustomerId customer(String text) {
        return new CustomerId(PathIds.uuid(text));
    }

    private static UserId user(String text) {
        return new UserId(PathIds.uuid(text));
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
