package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.OperatorsOnly;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.page.form.FormErrors;
import dev.bailiwick.server.jail.page.form.FormReader;
import dev.bailiwick.server.jail.page.form.JailForm;
import dev.bailiwick.server.jail.page.form.JailForm.OverrideForm;
import dev.bailiwick.server.jail.page.form.RowEdit;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.policy.PolicyEdits;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.Viewer;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.OtherParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Creates and changes definitions by form. */
@Controller
class JailFormPages {

    private final Jails jails;
    private final FormChoices choices;
    private final FormReader reader;
    private final ApiCall apiCall;
    private final PolicyEdits policyEdits;
    private final MessageSource messages;

    JailFormPages(
            Jails jails,
            FormChoices choices,
            FormReader reader,
            ApiCall apiCall,
            PolicyEdits policyEdits,
            MessageSource messages) {
        this.jails = jails;
        this.choices = choices;
        this.reader = reader;
        this.apiCall = apiCall;
        this.policyEdits = policyEdits;
        this.messages = messages;
    }

    @GetMapping("/jails/new")
    ModelAndView blank(
            Caller caller,
            @RequestParam(defaultValue = "") String customer,
            @RequestParam(defaultValue = "") String host,
            @RequestParam(defaultValue = "") String path) {
        operatorsOnly(caller);
        return page(caller, "", JailForm.blank(customer, host, path), Map.of());
    }

    @PostMapping("/jails")
    ModelAndView define(Caller caller, @ModelAttribute JailForm form, RedirectAttributes then) {
        operatorsOnly(caller);
        List<Violation> wrong = reader.violations(caller, form, Optional.empty());
        if (!wrong.isEmpty()) {
            return rejection(caller, "", form, new InvalidRequest(wrong));
        }
        try {
            JailView made = jails.define(
                    caller,
                    new NewJail(FormReader.customer(form), FormReader.host(form), Optional.empty(), form.draft()));
            then.addFlashAttribute("toast", message("jail.acted.created"));
            return new ModelAndView("redirect:/jails/" + made.id());
        } catch (Failure refused) {
            return rejection(caller, "", form, refused);
        }
    }

    @GetMapping("/jails/{id}/edit")
    ModelAndView edit(Caller caller, @PathVariable String id) {
        operatorsOnly(caller);
        return page(caller, id, JailForm.of(find(caller, id)), Map.of());
    }

    @PostMapping("/jails/{id}")
    ModelAndView redefine(
            Caller caller,
            @PathVariable String id,
            @ModelAttribute JailForm form,
            @RequestParam(defaultValue = "move") String previousFiles,
            @RequestParam(defaultValue = "") String deletes,
            RedirectAttributes then) {
        operatorsOnly(caller);
        ModelAndView next = redefine(caller, find(caller, id), form, previousFiles, deletes, then);
        if (next.getModel().containsKey("previousFiles")) {
            next.addObject("previousFiles", previousFiles);
            next.addObject("preview", call(caller, id, form, previousFiles));
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
            return rejection(caller, id, form, new InvalidRequest(wrong));
        }
        String path = before.definition().path().value();
        if (deletesFiles(before, form, previousFiles) && !deletes.equals(path)) {
            Map<String, List<String>> confirm =
                    Map.of("previousFiles", List.of(message("form.previous.confirm", path)));
            return page(caller, id, form, confirm).addObject("deletes", path);
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
            long now = find(caller, id).generation();
            return page(
                    caller,
                    id,
                    form.with("version", String.valueOf(now)),
                    Map.of("", List.of(message("form.conflict", String.valueOf(now)))));
        } catch (Failure refused) {
            return rejection(caller, id, form, refused);
        }
    }

    /** Shows a form again, as it was filled in, that was sent after its session had ended. */
    @PostMapping({"/carried/jails", "/carried/jails/overrides", "/carried/jails/rows"})
    ModelAndView showAgain(Caller caller, @RequestParam(defaultValue = "") String id, @ModelAttribute JailForm form) {
        operatorsOnly(caller);
        return page(caller, id, form, Map.of());
    }

    @PostMapping("/carried/jails/{id}")
    ModelAndView showEditAgain(
            Caller caller,
            @PathVariable String id,
            @ModelAttribute JailForm form,
            @RequestParam(defaultValue = "move") String previousFiles) {
        operatorsOnly(caller);
        return page(caller, id, form, Map.of()).addObject("previousFiles", previousFiles);
    }

    private static boolean deletesFiles(JailView before, JailForm form, String previousFiles) {
        String path = form.path().strip();
        return previousFiles.equals(PreviousFiles.DELETED.text())
                && !path.isEmpty()
                && !path.equals(before.definition().path().value());
    }

    /** Shows the API call that does the same as the form, if the form can be read. */
    @OtherParameters("deletes")
    @PostMapping("/jails/preview")
    ModelAndView preview(
            Caller caller,
            @RequestParam(defaultValue = "") String id,
            @RequestParam(defaultValue = "move") String previousFiles,
            @ModelAttribute JailForm form) {
        operatorsOnly(caller);
        ModelAndView preview =
                new ModelAndView("jails/form :: preview", Map.of("preview", call(caller, id, form, previousFiles)));
        preview.addObject("outOfBand", !id.isEmpty());
        restart(caller, id, form).ifPresent(restart -> preview.addObject("restart", restart));
        return preview;
    }

    /** Adds an override to the form, or removes one. Stores nothing. */
    @OtherParameters({"deletes", "add"})
    @PostMapping("/jails/overrides")
    ModelAndView overrides(
            Caller caller,
            @RequestParam(defaultValue = "") String id,
            @ModelAttribute JailForm form,
            @RequestParam(defaultValue = "move") String previousFiles,
            @RequestParam Optional<Integer> remove,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx) {
        operatorsOnly(caller);
        List<OverrideForm> overrides = new ArrayList<>(form.overrides());
        if (remove.isEmpty()) {
            overrides.add(OverrideForm.EMPTY);
        } else if (remove.get() >= 0 && remove.get() < overrides.size()) {
            overrides.remove((int) remove.get());
        }
        ModelAndView page = page(caller, id, form.with("overrides", overrides), Map.of());
        page.addObject("previousFiles", previousFiles);
        if (htmx != null) {
            page.setViewName("jails/form :: overrides");
        }
        return page;
    }

    /**
     * Adds a row to a field of the form, removes one, or makes rows of what is pasted. Stores nothing.
     *
     * @param addRow the name of the field
     * @param removeRow the name of the field and the index of the row, as in {@code command[2]}
     * @param split the name of the field
     */
    @OtherParameters("deletes")
    @PostMapping("/jails/rows")
    ModelAndView rows(
            Caller caller,
            @RequestParam(defaultValue = "") String id,
            @ModelAttribute JailForm form,
            @RequestParam(defaultValue = "move") String previousFiles,
            @RequestParam Optional<String> addRow,
            @RequestParam Optional<String> removeRow,
            @RequestParam Optional<String> split) {
        operatorsOnly(caller);
        try {
            ModelAndView page =
                    page(caller, id, RowEdit.of(addRow, removeRow, split).applyTo(form), Map.of());
            addRow.ifPresent(field -> page.addObject("edited", field));
            removeRow.ifPresent(row -> page.addObject("removedFrom", row.replaceFirst("\\[.*", "")));
            return page.addObject("previousFiles", previousFiles);
        } catch (InvalidRequest refused) {
            return rejection(caller, id, form, refused).addObject("previousFiles", previousFiles);
        }
    }

    private ModelAndView rejection(Caller caller, String id, JailForm form, Failure refused) {
        List<Violation> violations =
                refused.violations().isEmpty() ? List.of(new Violation("", refused.detail())) : refused.violations();
        ModelAndView page = page(caller, id, form, FormErrors.of(violations, form));
        page.setStatus(HttpStatus.valueOf(refused.type().status()));
        return page;
    }

    /** @param id of the jail that is edited; empty for a new one */
    private ModelAndView page(Caller caller, String id, JailForm form, Map<String, List<String>> errors) {
        ModelAndView page = new ModelAndView("jails/form");
        page.addObject("form", form);
        page.addObject("rows", form.shownRows());
        page.addObject("line", "\n" + form.commandLine());
        page.addObject("choices", choices.of(caller));
        page.addObject("errors", errors);
        page.addObject("preview", call(caller, id, form, PreviousFiles.MOVED.text()));
        if (!id.isEmpty()) {
            page.addObject("id", id);
            page.addObject("previousFiles", PreviousFiles.MOVED.text());
            page.addObject("jailName", find(caller, id).definition().name().value());
            restart(caller, id, form).ifPresent(restart -> page.addObject("restart", restart));
        }
        return page;
    }

    /** Whether saving the form restarts the jail; empty for a new one, and as long as the form cannot be read. */
    private Optional<Restart> restart(Caller caller, String id, JailForm form) {
        if (id.isEmpty()) {
            return Optional.empty();
        }
        try {
            JailView jail = find(caller, id);
            return Optional.of(policyEdits.restart(caller, jail, form.draft(FormReader.watches(jail))));
        } catch (InvalidRequest unreadable) {
            return Optional.empty();
        }
    }

    private String call(Caller caller, String id, JailForm form, String previousFiles) {
        try {
            if (id.isEmpty()) {
                return apiCall.define(JailPages.server(), form, form.draft());
            }
            JailView before = find(caller, id);
            return apiCall.redefine(
                    JailPages.server(),
                    deletesFiles(before, form, previousFiles) ? id + "?previousFiles=delete" : id,
                    form.version(),
                    form.draft(FormReader.watches(before)));
        } catch (InvalidRequest unreadable) {
            return unreadable.violations().stream()
                    .map(violation -> "# " + violation.pointer().substring(1) + " " + violation.message())
                    .reduce((a, b) -> a + "\n" + b)
                    .orElse("");
        }
    }

    private JailView find(Caller caller, String id) {
        return jails.find(caller, new JailId(PathIds.uuid(id)));
    }

    private static void operatorsOnly(Caller caller) {
        if (!Viewer.of(caller).operator()) {
            throw new OperatorsOnly();
        }
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
