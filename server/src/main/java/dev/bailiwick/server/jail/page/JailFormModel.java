package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.page.form.FormErrors;
import dev.bailiwick.server.jail.page.form.FormReader;
import dev.bailiwick.server.jail.page.form.JailForm;
import dev.bailiwick.server.jail.page.form.SettingsForm;
import dev.bailiwick.server.jail.policy.PolicyEdits;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.ModelAndView;

/** What the pages with the form for a jail show. */
@Component
class JailFormModel {

    private final Jails jails;
    private final FormChoices choices;
    private final FormReader reader;
    private final ApiCall apiCall;
    private final PolicyEdits policyEdits;
    private final Clock clock;

    JailFormModel(
            Jails jails,
            FormChoices choices,
            FormReader reader,
            ApiCall apiCall,
            PolicyEdits policyEdits,
            Clock clock) {
        this.jails = jails;
        this.choices = choices;
        this.reader = reader;
        this.apiCall = apiCall;
        this.policyEdits = policyEdits;
        this.clock = clock;
    }

    /**
     * Checks that the caller may fill in the form: for a new jail, or at least the settings of this one.
     *
     * @param id of the jail; empty for a new one
     */
    void require(Caller caller, String id) {
        if (id.isEmpty()) {
            caller.require(Right.DEFINE);
        } else {
            JailView jail = find(caller, id);
            caller.require(Right.CONFIGURE, jail.customer(), jail.id());
        }
    }

    /** Whether the caller decides only the settings of the jail, not all of its definition. */
    static boolean onlySettings(Caller caller, JailView jail) {
        return !caller.may(Right.DEFINE, jail.customer(), jail.id());
    }

    /** Returns the form as it counts: somebody who decides only the settings of a jail does not send the other fields. */
    JailForm whole(Caller caller, String id, JailForm form) {
        if (id.isEmpty()) {
            return form;
        }
        JailView jail = find(caller, id);
        return onlySettings(caller, jail) ? SettingsForm.complete(form, jail) : form;
    }

    /** The form with what is wrong with it. */
    ModelAndView rejection(Caller caller, String id, JailForm form, Failure refused) {
        List<Violation> violations =
                refused.violations().isEmpty() ? List.of(new Violation("", refused.detail())) : refused.violations();
        ModelAndView page = page(caller, id, form, FormErrors.of(violations, form));
        page.setStatus(HttpStatus.valueOf(refused.type().status()));
        return page;
    }

    /** @param id of the jail that is edited; empty for a new one */
    ModelAndView page(Caller caller, String id, JailForm typed, Map<String, List<String>> errors) {
        JailForm form = whole(caller, id, typed);
        ModelAndView page = new ModelAndView("jails/form");
        page.addObject("form", form);
        page.addObject("rows", form.shownRows());
        page.addObject("line", "\n" + form.commandLine());
        page.addObject("errors", errors);
        if (!id.isEmpty() && onlySettings(caller, find(caller, id))) {
            page.setViewName("jails/settings");
            page.addObject("jail", ShownJail.of(find(caller, id), "", clock.instant()));
        } else {
            page.addObject("choices", choices.of(caller));
            page.addObject("preview", call(caller, id, form, PreviousFiles.MOVED.text()));
        }
        if (!id.isEmpty()) {
            page.addObject("id", id);
            page.addObject("previousFiles", PreviousFiles.MOVED.text());
            page.addObject("jailName", find(caller, id).definition().name().value());
            restart(caller, id, form).ifPresent(restart -> page.addObject("restart", restart));
        }
        return page;
    }

    /** Whether saving the form restarts the jail; empty for a new one, and as long as the form cannot be read. */
    Optional<Restart> restart(Caller caller, String id, JailForm form) {
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

    /** Returns the API call that does the same as the form, or comments that say why the form cannot be read. */
    String call(Caller caller, String id, JailForm form, String previousFiles) {
        try {
            if (id.isEmpty()) {
                return apiCall.define(JailPages.server(), customer(caller, form), form, form.draft());
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

    private Optional<CustomerId> customer(Caller caller, JailForm form) {
        return form.customer().isBlank() ? Optional.empty() : Optional.of(reader.customer(caller, form));
    }

    /** Whether saving the form deletes what is below the path that the jail had. */
    static boolean deletesFiles(JailView before, JailForm form, String previousFiles) {
        String path = form.path().strip();
        return previousFiles.equals(PreviousFiles.DELETED.text())
                && !path.isEmpty()
                && !path.equals(before.definition().path().value());
    }

    JailView find(Caller caller, String id) {
        return jails.find(caller, new JailId(PathIds.uuid(id)));
    }
}
