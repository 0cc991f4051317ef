package dev.bailiwick.server.observation;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.denial.Denials;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.JailTab;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The part of the tab with a jail's policy for observing a policy before it is enforced; also a page, for browsers without scripts. */
@Controller
class ObservationPages {

    private static final int HOURS = (int) Denials.KEPT.toHours();

    private final Jails jails;
    private final Observations observations;
    private final Denials denials;
    private final MessageSource messages;
    private final Clock clock;

    ObservationPages(Jails jails, Observations observations, Denials denials, MessageSource messages, Clock clock) {
        this.jails = jails;
        this.observations = observations;
        this.denials = denials;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/observation")
    String show(
            Caller caller,
            @PathVariable String id,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        JailView jail = find(caller, id);
        fill(caller, jail, ObservationForm.blank(jail.definition().policy()), Map.of(), model);
        return htmx == null ? "jails/observed" : "jails/observation :: sheet";
    }

    /** Shows what an observation would watch; stores nothing. */
    @PostMapping("/jails/{id}/observation/preview")
    String preview(Caller caller, @PathVariable String id, @ModelAttribute ObservationForm form, Model model) {
        JailView jail = find(caller, id);
        try {
            model.addAttribute(
                    "observation",
                    observations
                            .of(
                                    caller,
                                    jail,
                                    form.staged(jail.definition().policy()),
                                    ObservationResource.duration(form.duration()))
                            .observation());
        } catch (Failure refused) {
            model.addAttribute(
                    "refusals",
                    refused.violations().stream().map(Violation::message).toList());
        }
        return "jails/observation :: preview";
    }

    @PostMapping("/jails/{id}/observation")
    String begin(
            Caller caller,
            @PathVariable String id,
            @ModelAttribute ObservationForm form,
            Model model,
            HttpServletResponse response,
            RedirectAttributes then) {
        JailView jail = find(caller, id);
        try {
            Observations.ObservationStart start = observations.begin(
                    caller,
                    jail.id(),
                    form.staged(jail.definition().policy()),
                    ObservationResource.duration(form.duration()));
            int watched = start.observation().watched().size();
            then.addFlashAttribute("toast", message(watched == 0 ? "observe.nothing" : "observe.begun", watched));
            return "redirect:" + JailTab.POLICY.address(id) + "#observation";
        } catch (Failure refused) {
            response.setStatus(refused.type().status());
            fill(caller, jail, form, errors(refused), model);
            return "jails/observed";
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/observation")
    String showAgain(Caller caller, @PathVariable String id, @ModelAttribute ObservationForm form, Model model) {
        fill(caller, find(caller, id), form, Map.of(), model);
        return "jails/observed";
    }

    @PostMapping("/jails/{id}/observation/end")
    String end(Caller caller, @PathVariable String id, RedirectAttributes then) {
        observations.end(caller, find(caller, id).id());
        then.addFlashAttribute("toast", message("observe.ended"));
        return "redirect:" + JailTab.POLICY.address(id) + "#observation";
    }

    private void fill(
            Caller caller, JailView jail, ObservationForm form, Map<String, List<String>> errors, Model model) {
        Instant now = clock.instant();
        model.addAttribute("jail", jail.id().toString());
        model.addAttribute("jailName", jail.definition().name().value());
        model.addAttribute("changeable", jail.retiredAt().isEmpty());
        model.addAttribute(
                "observed", ShownObservation.of(jail.definition().policy(), denials.of(caller, jail.id(), HOURS), now));
        model.addAttribute("form", form);
        model.addAttribute("errors", errors);
        model.addAttribute(
                "profiles",
                Stream.of(Profile.values())
                        .map(profile -> new SelectOption(profile.text(), profile.text()))
                        .toList());
        model.addAttribute(
                "decisions",
                Stream.of("deny:EPERM", "deny:EACCES", "deny:ENOSYS", "kill")
                        .map(decision -> new SelectOption(decision, message("decision." + decision.replace(':', '.'))))
                        .toList());
        model.addAttribute(
                "durations",
                Stream.of("1h", "24h", "7d", "30d")
                        .map(duration -> new SelectOption(duration, message("observe.for." + duration)))
                        .toList());
    }

    private static Map<String, List<String>> errors(Failure refused) {
        Map<String, List<String>> errors = new LinkedHashMap<>();
        List<Violation> violations =
                refused.violations().isEmpty() ? List.of(new Violation("", refused.detail())) : refused.violations();
        for (Violation violation : violations) {
            String field = violation.pointer().replaceFirst(".*/", "");
            String known = List.of("profile", "call", "decision", "duration").contains(field) ? field : "";
            errors.computeIfAbsent(known, _ -> new ArrayList<>()).add(violation.message());
        }
        return errors;
    }

    private JailView find(Caller caller, String id) {
        return jails.find(caller, new JailId(PathIds.uuid(id)));
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
