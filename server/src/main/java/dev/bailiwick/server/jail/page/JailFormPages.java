package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.page.form.FormReader;
import dev.bailiwick.server.jail.page.form.JailForm;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Creates and changes definitions by form; {@link JailFormEdits} changes the form itself. */
@Controller
class JailFormPages {

    private final Jails jails;
    private final FormReader reader;
    private final JailFormModel model;
    private final TypedCustomers customers;
    private final MessageSource messages;

    JailFormPages(
            Jails jails, FormReader reader, JailFormModel model, TypedCustomers customers, MessageSource messages) {
        this.jails = jails;
        this.reader = reader;
        this.model = model;
        this.customers = customers;
        this.messages = messages;
    }

    @GetMapping("/jails/new")
    ModelAndView blank(
            Caller caller,
            @RequestParam(defaultValue = "") String customer,
            @RequestParam(defaultValue = "") String host,
            @RequestParam(defaultValue = "") String path,
            @RequestParam(defaultValue = "thin") String base) {
        caller.require(Right.DEFINE);
        return model.page(caller, "", JailForm.blank(customers.text(caller, customer), host, path, base), Map.of());
    }

    @PostMapping("/jails")
    ModelAndView define(Caller caller, @ModelAttribute JailForm form, RedirectAttributes then) {
        caller.require(Right.DEFINE);
        List<Violation> wrong = reader.violations(caller, form, Optional.empty());
        if (!wrong.isEmpty()) {
            return model.rejection(caller, "", form, new InvalidRequest(wrong));
        }
        try {
            JailView made = jails.define(
                    caller,
                    new NewJail(
                            reader.customer(caller, form),
                            FormReader.host(form),
                            Optional.empty(),
                            FormReader.plan(form),
                            form.draft()));
            then.addFlashAttribute("toast", message("jail.acted.created"));
            return new ModelAndView("redirect:/jails/" + made.id());
        } catch (Failure refused) {
            return model.rejection(caller, "", form, refused);
        }
    }

    @GetMapping("/jails/{id}/edit")
    ModelAndView edit(Caller caller, @PathVariable String id) {
        model.require(caller, id);
        return model.page(caller, id, JailForm.of(model.find(caller, id)), Map.of());
    }

    @PostMapping("/jails/{id}")
    ModelAndView redefine(
            Caller caller,
            @PathVariable String id,
            @ModelAttribute JailForm form,
            @RequestParam(defaultValue = "move") String previousFiles,
            @RequestParam(defaultValue = "") String deletes,
            RedirectAttributes then) {
        model.require(caller, id);
        JailView before = model.find(caller, id);
        ModelAndView next = redefine(caller, before, model.whole(caller, id, form), previousFiles, deletes, then);
        if (JailFormModel.onlySettings(caller, before)) {
            return next;
        }
        if (next.getModel().containsKey("previousFiles")) {
            next.addObject("previousFiles", previousFiles);
            next.addObject("preview", model.call(caller, id, form, previousFiles));
        }
        return next;
    }

    /** @param deletes the path below which everything is deleted, after the operator has confirmed that */
    private ModelAndView redefine(
            Caller caller,
            JailView before,
            JailForm form,
            String previousFiles,
            String deletes,
            RedirectAttributes then) {
        String id = before.id().toString();
        List<Violation> wrong = reader.violations(caller, form, Optional.of(before));
        if (!wrong.isEmpty()) {
            return model.rejection(caller, id, form, new InvalidRequest(wrong));
        }
        String path = before.definition().path().value();
        if (JailFormModel.deletesFiles(before, form, previousFiles) && !deletes.equals(path)) {
            Map<String, List<String>> confirm =
                    Map.of("previousFiles", List.of(message("form.previous.confirm", path)));
            return model.page(caller, id, form, confirm).addObject("deletes", path);
        }
        try {
            JailView after = jails.redefine(
                    caller,
                    before.id(),
                    FormReader.generation(form),
                    form.draft(FormReader.watches(before)),
                    FormReader.previous(previousFiles));
            then.addFlashAttribute(
                    "toast",
                    message(
                            after.generation() == before.generation()
                                    ? "jail.acted.unchanged"
                                    : "jail.acted.redefined"));
            return new ModelAndView("redirect:/jails/" + id);
        } catch (GenerationConflict conflict) {
            long now = model.find(caller, id).generation();
            return model.page(
                    caller,
                    id,
                    form.with("version", String.valueOf(now)),
                    Map.of("", List.of(message("form.conflict", String.valueOf(now)))));
        } catch (Failure refused) {
            return model.rejection(caller, id, form, refused);
        }
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
