package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * The pages with the sessions of a jail, and with the terminal of one. They attach by a path of their own, since a session of the pages is no
 * credential below {@code /api}.
 */
@Controller
class ConsolePages {

    /** A login shell; not every jail has bash. */
    private static final String SHELL = "test -x /bin/bash && exec /bin/bash -l; exec /bin/sh -l";

    private final JailSessions sessions;
    private final SocketTickets tickets;
    private final ExecSockets sockets;
    private final MessageSource messages;
    private final Clock clock;

    ConsolePages(
            JailSessions sessions, SocketTickets tickets, ExecSockets sockets, MessageSource messages, Clock clock) {
        this.sessions = sessions;
        this.tickets = tickets;
        this.sockets = sockets;
        this.messages = messages;
        this.clock = clock;
    }

    /** What somebody typed: a command of the shell, or nothing for the shell itself; and the user, or nothing for that of the jail. */
    record ConsoleForm(String command, String user) {

        static final ConsoleForm EMPTY = new ConsoleForm("", "");

        CommandDraft draft() {
            List<@Nullable String> argv = List.of("/bin/sh", "-c", command.isBlank() ? SHELL : command);
            return new CommandDraft(
                    argv, null, user.isBlank() ? null : user.strip(), null, null, null, true, null, null);
        }
    }

    /** @param ticket see {@link SocketTickets} */
    record IssuedTicket(String ticket) {}

    @GetMapping("/jails/{id}/console")
    ModelAndView list(Caller caller, @PathVariable String id, HttpServletResponse response) {
        return page(sessions.jail(caller, jail(id)), ConsoleForm.EMPTY, Map.of(), response);
    }

    @PostMapping("/jails/{id}/console")
    ModelAndView open(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String command,
            @RequestParam(defaultValue = "") String user,
            HttpServletResponse response) {
        ConsoleForm form = new ConsoleForm(command, user);
        JailView jail = sessions.jail(caller, jail(id));
        try {
            ExecId session = sessions.open(sessions.prepare(caller, jail.id(), form.draft()))
                    .id();
            return new ModelAndView("redirect:/jails/" + jail.id() + "/console/" + session);
        } catch (Failure refused) {
            ModelAndView page = page(jail, form, errors(refused), response);
            setStatus(page, refused, response);
            return page;
        }
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/console")
    ModelAndView openAgain(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String command,
            @RequestParam(defaultValue = "") String user,
            HttpServletResponse response) {
        return page(sessions.jail(caller, jail(id)), new ConsoleForm(command, user), Map.of(), response);
    }

    /** Shows the terminal of a session; if there is no such session any more, the others with the status 410. */
    @GetMapping("/jails/{id}/console/{session}")
    ModelAndView attach(
            Caller caller, @PathVariable String id, @PathVariable String session, HttpServletResponse response) {
        JailView jail = sessions.jail(caller, jail(id));
        ModelAndView page = page(jail, ConsoleForm.EMPTY, Map.of(), response);
        ExecId wanted = session(session);
        if (page.getModel().get("sessions") instanceof List<?> all) {
            Optional<SessionRow> found = all.stream()
                    .map(SessionRow.class::cast)
                    .filter(row -> row.id().equals(wanted.toString()))
                    .findFirst();
            if (found.isPresent()) {
                page.setViewName("jails/console-session");
                page.addObject("one", found.get());
            } else {
                page.addObject("gone", true);
                page.setStatus(HttpStatus.GONE);
            }
        }
        return page;
    }

    /** Issues a ticket to the script of the terminal. */
    @PostMapping("/jails/{id}/console/{session}/ticket")
    ResponseEntity<IssuedTicket> ticket(Caller caller, @PathVariable String id, @PathVariable String session) {
        Reached reached = sessions.reach(caller, jail(id), session(session));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new IssuedTicket(
                        tickets.issue(caller, reached.jail(), new SocketTickets.Session(reached.session()))));
    }

    /** Opens the WebSocket of the terminal, as the API does. */
    @GetMapping("/jails/{id}/console/{session}/attach")
    void socket(
            Caller caller,
            @PathVariable String id,
            @PathVariable String session,
            @RequestParam(defaultValue = "0") long offset,
            HttpServletRequest request,
            HttpServletResponse response) {
        sockets.upgrade(
                request,
                response,
                caller,
                sessions.reach(caller, jail(id), session(session)),
                ExecSockets.requireOffset(offset));
    }

    @PostMapping("/jails/{id}/console/{session}/end")
    ModelAndView end(Caller caller, @PathVariable String id, @PathVariable String session, RedirectAttributes then) {
        Reached reached = sessions.reach(caller, jail(id), session(session));
        sessions.end(reached);
        sessions.record(
                caller, reached, new CommandEvent.Ended(reached.session().value()));
        then.addFlashAttribute("toast", messages.getMessage("console.ended", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/jails/" + reached.jail() + "/console");
    }

    /** @throws Failure if there is no such jail, or the caller does not work in it; a silent host is shown on the page */
    private ModelAndView page(
            JailView jail, ConsoleForm form, Map<String, List<String>> errors, HttpServletResponse response) {
        ModelAndView page = new ModelAndView("jails/console");
        page.addObject("id", jail.id().toString());
        page.addObject("name", jail.definition().name().value());
        page.addObject("runs", jail.running());
        page.addObject("form", form);
        page.addObject("errors", errors);
        try {
            List<SessionState> states = sessions.list(new Reached(jail.host(), jail.id(), ExecId.random()));
            page.addObject(
                    "sessions",
                    states.stream()
                            .map(state -> SessionRow.of(state, clock.instant()))
                            .toList());
        } catch (HostSilent silent) {
            setStatus(page, silent, response);
            page.addObject("silent", silent.detail());
        }
        return page;
    }

    private static void setStatus(ModelAndView page, Failure failure, HttpServletResponse response) {
        page.setStatus(HttpStatusCode.valueOf(failure.type().status()));
        failure.type().retryAfter().ifPresent(seconds -> response.setHeader(HttpHeaders.RETRY_AFTER, seconds));
    }

    private static Map<String, List<String>> errors(Failure refused) {
        Map<String, List<String>> errors = new TreeMap<>();
        refused.violations()
                .forEach(violation -> errors.computeIfAbsent(
                                violation.pointer().equals("/user") ? "user" : "command", _ -> new ArrayList<>())
                        .add(violation.message()));
        if (errors.isEmpty()) {
            errors.put("command", List.of(refused.detail()));
        }
        return errors;
    }

    private static JailId jail(String id) {
        return new JailId(PathIds.uuid(id));
    }

    private static ExecId session(String id) {
        return new ExecId(PathIds.uuid(id));
    }
}
