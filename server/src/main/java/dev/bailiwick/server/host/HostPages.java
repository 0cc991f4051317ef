package dev.bailiwick.server.host;

import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.PathIds;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The hosts, and how a machine becomes one. */
@Controller
class HostPages {

    private static final int MOST = 1000;

    private final Hosts hosts;
    private final JoinTokens tokens;
    private final Doorbell doorbell;
    private final LiveStreams streams;
    private final Clock clock;
    private final String advertised;

    HostPages(
            Hosts hosts,
            JoinTokens tokens,
            Doorbell doorbell,
            LiveStreams streams,
            Clock clock,
            @Value("${bailiwick.link.advertise:${bailiwick.link.address:127.0.0.1:8444}}") String advertised) {
        this.hosts = hosts;
        this.tokens = tokens;
        this.doorbell = doorbell;
        this.streams = streams;
        this.clock = clock;
        this.advertised = advertised;
    }

    @GetMapping("/hosts")
    String list(Caller caller, Model model) {
        caller.require(Scope.HOSTS_READ);
        List<ShownHost> shown = shown();
        model.addAttribute("hosts", shown);
        model.addAttribute(
                "seen", LivePart.stamp(shown.stream().map(ShownHost::part).toList()));
        return "hosts/list";
    }

    @GetMapping("/hosts/live")
    SseEmitter live(Caller caller, HttpServletRequest request) {
        caller.require(Scope.HOSTS_READ);
        return streams.open(
                request,
                caller,
                page(
                        () -> shown().stream().map(ShownHost::part).toList(),
                        ring -> !(ring instanceof Ring.HostChanged)));
    }

    @GetMapping("/hosts/new")
    ModelAndView blank(Caller caller) {
        caller.require(Scope.HOSTS_WRITE);
        return form("", Map.of());
    }

    @PostMapping("/hosts")
    ModelAndView define(Caller caller, @RequestParam String name, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        try {
            Host host = hosts.define(caller, new HostName(name.strip()));
            return joinable(host.id(), then);
        } catch (InvalidValue invalid) {
            return refused(name, invalid.reason());
        } catch (HostNameTaken taken) {
            return refused(name, "is the name of another host");
        }
    }

    /** A form that was sent after its session: shown as it was filled in. */
    @PostMapping("/carried/hosts")
    ModelAndView showAgain(Caller caller, @RequestParam(defaultValue = "") String name) {
        caller.require(Scope.HOSTS_WRITE);
        return form(name, Map.of());
    }

    @GetMapping("/hosts/{id}")
    String join(Caller caller, @PathVariable String id, Model model) {
        caller.require(Scope.HOSTS_READ);
        Joining joining = Joining.of(find(id), clock.instant());
        model.addAttribute("join", joining);
        model.addAttribute("seen", LivePart.stamp(List.of(joining.part())));
        return "hosts/host";
    }

    @GetMapping("/hosts/{id}/live")
    SseEmitter liveJoin(Caller caller, @PathVariable String id, HttpServletRequest request) {
        caller.require(Scope.HOSTS_READ);
        HostId host = find(id).id();
        return streams.open(
                request,
                caller,
                page(
                        () -> hosts.find(host).stream()
                                .map(found -> Joining.of(found, clock.instant()).part())
                                .toList(),
                        ring -> concerns(ring, host)));
    }

    @PostMapping("/hosts/{id}/token")
    ModelAndView anotherToken(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        return joinable(find(id).id(), then);
    }

    /** The token is shown once: it travels with the redirect, and the page forgets it when it is loaded again. */
    private ModelAndView joinable(HostId host, RedirectAttributes then) {
        then.addFlashAttribute(
                "command", "bailiwick-agent join --server " + advertised + " --token " + tokens.issue(host));
        return new ModelAndView("redirect:/hosts/" + host);
    }

    private List<ShownHost> shown() {
        Map<HostId, Long> jails = hosts.jails();
        Map<HostId, Queue> queues = hosts.queues();
        Map<HostId, Long> kept = hosts.keptRanges();
        return hosts.list(Optional.empty(), MOST).stream()
                .map(host -> ShownHost.of(
                        host,
                        jails.getOrDefault(host.id(), 0L),
                        queues.getOrDefault(host.id(), Queue.EMPTY),
                        kept.getOrDefault(host.id(), 0L),
                        clock.instant()))
                .toList();
    }

    private LivePage page(Supplier<List<LivePart>> parts, Predicate<Ring> concerns) {
        return new LivePage() {
            @Override
            public List<LivePart> parts() {
                return parts.get();
            }

            @Override
            public Watch watch(Runnable wake) {
                return doorbell.onAny(ring -> {
                    if (concerns.test(ring)) {
                        wake.run();
                    }
                })::close;
            }
        };
    }

    private static boolean concerns(Ring ring, HostId host) {
        return switch (ring) {
            case Ring.HostSeen(HostId seen) -> seen.equals(host);
            case Ring.Missed _ -> true;
            case Ring.HostChanged _, Ring.JailChanged _, Ring.JailReported _ -> false;
        };
    }

    private Host find(String id) {
        HostId host = new HostId(PathIds.uuid(id));
        return hosts.find(host).orElseThrow(() -> new HostNotFound(host));
    }

    private static ModelAndView refused(String name, String reason) {
        ModelAndView page = form(name, Map.of("name", List.of(reason)));
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private static ModelAndView form(String name, Map<String, List<String>> errors) {
        return new ModelAndView("hosts/new", Map.of("name", name, "errors", errors));
    }
}
