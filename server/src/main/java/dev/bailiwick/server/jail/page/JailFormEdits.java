package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.jail.page.form.JailForm;
import dev.bailiwick.server.jail.page.form.OverrideForm;
import dev.bailiwick.server.jail.page.form.RowEdit;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.OtherParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** Changes of the form for a jail while it is filled in. They store nothing. */
@Controller
class JailFormEdits {

    private final JailFormModel model;

    JailFormEdits(JailFormModel model) {
        this.model = model;
    }

    /** Shows the API call that does the same as the form, if the form can be read. */
    @OtherParameters("deletes")
    @PostMapping("/jails/preview")
    ModelAndView preview(
            Caller caller,
            @RequestParam(defaultValue = "") String id,
            @RequestParam(defaultValue = "move") String previousFiles,
            @ModelAttribute JailForm form) {
        model.require(caller, id);
        if (!id.isEmpty() && JailFormModel.onlySettings(caller, model.find(caller, id))) {
            ModelAndView notice = new ModelAndView("jails/form :: restart");
            model.restart(caller, id, model.whole(caller, id, form))
                    .ifPresent(restart -> notice.addObject("restart", restart));
            return notice;
        }
        ModelAndView preview = new ModelAndView(
                "jails/form :: preview", Map.of("preview", model.call(caller, id, form, previousFiles)));
        preview.addObject("outOfBand", !id.isEmpty());
        model.restart(caller, id, form).ifPresent(restart -> preview.addObject("restart", restart));
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
        caller.require(Right.DEFINE);
        List<OverrideForm> overrides = new ArrayList<>(form.overrides());
        if (remove.isEmpty()) {
            overrides.add(OverrideForm.EMPTY);
        } else if (remove.get() >= 0 && remove.get() < overrides.size()) {
            overrides.remove((int) remove.get());
        }
        ModelAndView page = model.page(caller, id, form.with("overrides", overrides), Map.of());
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
        model.require(caller, id);
        try {
            ModelAndView page =
                    model.page(caller, id, RowEdit.of(addRow, removeRow, split).applyTo(form), Map.of());
            addRow.ifPresent(field -> page.addObject("edited", field));
            removeRow.ifPresent(row -> page.addObject("removedFrom", row.replaceFirst("\\[.*", "")));
            return page.addObject("previousFiles", previousFiles);
        } catch (InvalidRequest refused) {
            return model.rejection(caller, id, form, refused).addObject("previousFiles", previousFiles);
        }
    }

    /** Shows a form again, as it was filled in, that was sent after its session had ended. */
    @PostMapping({"/carried/jails", "/carried/jails/overrides", "/carried/jails/rows"})
    ModelAndView showAgain(Caller caller, @RequestParam(defaultValue = "") String id, @ModelAttribute JailForm form) {
        model.require(caller, id);
        return model.page(caller, id, form, Map.of());
    }

    @PostMapping("/carried/jails/{id}")
    ModelAndView showEditAgain(
            Caller caller,
            @PathVariable String id,
            @ModelAttribute JailForm form,
            @RequestParam(defaultValue = "move") String previousFiles) {
        model.require(caller, id);
        return model.page(caller, id, form, Map.of()).addObject("previousFiles", previousFiles);
    }
}
