package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.history.RemovedJail;
import dev.bailiwick.server.jail.history.RemovedJails;
import dev.bailiwick.server.jail.history.ShownRemovedJail;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.page.Csrf;
import dev.bailiwick.server.page.JailTab;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.PathIds;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.UriComponentsBuilder;

/** The first page of one jail, and its actions. */
@Controller
class JailPages {

    private final Jails jails;
    private final JailActions actions;
    private final RemovedJails removed;
    private final JailPageModel page;
    private final LiveStreams streams;
    private final MessageSource messages;
    private final Clock clock;

    JailPages(
            Jails jails,
            JailActions actions,
            RemovedJails removed,
            JailPageModel page,
            LiveStreams streams,
            MessageSource messages,
            Clock clock) {
        this.jails = jails;
        this.actions = actions;
        this.removed = removed;
        this.page = page;
        this.streams = streams;
        this.messages = messages;
        this.clock = clock;
    }

    /**
     * @param call here and in the next three, what this page took before the policy had one of its own
     * @param view see {@link JailPageModel#overview}
     */
    @GetMapping("/jails/{id}")
    String show(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String call,
            @RequestParam(defaultValue = "") String args,
            @RequestParam(defaultValue = "") String override,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String view,
            CsrfToken csrf,
            Model model) {
        Optional<RemovedJail> gone = removed.find(caller, new JailId(PathIds.uuid(id)));
        if (gone.isPresent()) {
            return show(caller, gone.get(), model);
        }
        JailView jail = find(caller, id);
        if (!(call + args + override + reason).isBlank()) {
            return "redirect:"
                    + UriComponentsBuilder.fromPath(JailTab.POLICY.address(id))
                            .queryParam("call", "{call}")
                            .queryParam("args", "{args}")
                            .queryParam("override", "{override}")
                            .queryParam("reason", "{reason}")
                            .encode()
                            .buildAndExpand(call, args, override, reason)
                            .toUriString();
        }
        model.addAttribute("csrf", Csrf.of(csrf));
        page.overview(caller, jail, view, model);
        return "jails/jail";
    }

    private String show(Caller caller, RemovedJail jail, Model model) {
        model.addAttribute("jail", ShownRemovedJail.of(jail, clock.instant()));
        model.addAttribute("readsLog", caller.may(Right.LOGS, jail.customer(), jail.id()));
        model.addAttribute(
                "history",
                removed.history(caller, jail).stream()
                        .map(event -> ShownRemovedJail.Event.of(event, clock.instant()))
                        .toList());
        return "jails/removed";
    }

    @GetMapping("/jails/{id}/live")
    SseEmitter live(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        JailId jail = find(caller, id).id();
        return streams.open(request, caller, seen, new LivePage() {
            @Override
            public List<LivePart> parts() {
                return ShownStatus.of(jails.find(caller, jail), clock.instant()).parts();
            }

            @Override
            public Watch watch(Runnable wake) {
                return jails.changes(notification -> {
                    if (concerns(notification, jail)) {
                        wake.run();
                    }
                })::close;
            }
        });
    }

    @PostMapping("/jails/{id}/start")
    String start(Caller caller, @PathVariable String id, RedirectAttributes then) {
        return act(id, then, "started", () -> actions.start(caller, jailId(id)));
    }

    @PostMapping("/jails/{id}/stop")
    String stop(Caller caller, @PathVariable String id, RedirectAttributes then) {
        return act(id, then, "stopped", () -> actions.stop(caller, jailId(id)));
    }

    @PostMapping("/jails/{id}/restart")
    String restart(Caller caller, @PathVariable String id, RedirectAttributes then) {
        return act(id, then, "restarted", () -> actions.restart(caller, jailId(id)));
    }

    @GetMapping("/jails/{id}/retire")
    String confirmRetirement(Caller caller, @PathVariable String id, Model model) {
        caller.require(Right.DEFINE);
        return confirmation(find(caller, id), FilesFate.KEPT, "", Map.of(), model);
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/retire")
    String confirmRetirementAgain(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "KEPT") FilesFate files,
            @RequestParam(defaultValue = "") String confirm,
            Model model) {
        caller.require(Right.DEFINE);
        return confirmation(find(caller, id), files, confirm, Map.of(), model);
    }

    /** Shows the button again if it was pressed after its session had ended. The user has to press it again. */
    @PostMapping("/carried/jails/{id}/{action:start|stop|restart}")
    String act(
            Caller caller,
            @PathVariable String id,
            @PathVariable String action,
            @RequestAttribute("carried") Object form,
            Model model) {
        model.addAttribute("form", form);
        model.addAttribute(
                "what",
                message("jail." + action) + " "
                        + find(caller, id).definition().name().value());
        return "carried";
    }

    @PostMapping("/jails/{id}/retire")
    String retire(
            Caller caller,
            @PathVariable String id,
            @RequestParam FilesFate files,
            @RequestParam String confirm,
            Model model,
            RedirectAttributes then) {
        caller.require(Right.DEFINE);
        JailView jail = find(caller, id);
        String name = jail.definition().name().value();
        if (!confirm.strip().equals(name)) {
            return confirmation(
                    jail, files, confirm, Map.of("confirm", List.of(message("retire.confirm.wrong"))), model);
        }
        actions.retire(caller, jail.id(), files);
        then.addFlashAttribute("toast", message("jail.acted.retired", name));
        return "redirect:/jails";
    }

    private String confirmation(
            JailView jail, FilesFate files, String confirm, Map<String, List<String>> errors, Model model) {
        model.addAttribute("files", files.name());
        model.addAttribute("jail", ShownJail.of(jail, "", clock.instant()));
        model.addAttribute("confirm", confirm);
        model.addAttribute("errors", errors);
        return "jails/retire";
    }

    /** Carries out an action. If the jail is being removed or its customer is suspended, its page shows the problem. */
    private String act(String id, RedirectAttributes then, String what, Runnable action) {
        try {
            action.run();
            then.addFlashAttribute("toast", message("jail.acted." + what));
        } catch (JailRetired | CustomerSuspended e) {
            then.addFlashAttribute("problem", e.detail());
        }
        return "redirect:/jails/" + id;
    }

    private JailView find(Caller caller, String id) {
        return jails.find(caller, jailId(id));
    }

    private static JailId jailId(String id) {
        return new JailId(PathIds.uuid(id));
    }

    /**
     * Returns whether a notification concerns the jail. Any host that comes or goes may be the jail's host, and then
     * the phase becomes known or unknown.
     */
    private static boolean concerns(Notification notification, JailId jail) {
        return switch (notification) {
            case Notification.JailChanged(JailId changed) -> changed.equals(jail);
            case Notification.JailReported(JailId reported) -> reported.equals(jail);
            case Notification.HostSeen _, Notification.Missed _ -> true;
            case Notification.HostChanged _, Notification.PoolsChanged _, Notification.FiguresStored _ -> false;
        };
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }

    static String server() {
        return ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
    }
}
