package dev.bailiwick.server.host.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostHasJails;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.HostNameTaken;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.HostVersionConflict;
import dev.bailiwick.server.host.HostedJails;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.certificate.JoinTokens;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.request.IfMatch;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.MessageSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages of one host: creating, joining, viewing, renaming and removing it. */
@Controller
class HostPages {

    private static final int JAILS = 20;

    private final Hosts hosts;
    private final HostedJails jails;
    private final Usages usages;
    private final JoinTokens tokens;
    private final Notifications notifications;
    private final LiveStreams streams;
    private final MessageSource messages;
    private final Clock clock;
    private final LinkAddress link;

    HostPages(
            Hosts hosts,
            HostedJails jails,
            Usages usages,
            JoinTokens tokens,
            Notifications notifications,
            LiveStreams streams,
            MessageSource messages,
            Clock clock,
            @Value("${bailiwick.link.advertise:}") String advertise,
            @Value("${bailiwick.link.address:127.0.0.1:8444}") String listen) {
        this.hosts = hosts;
        this.jails = jails;
        this.usages = usages;
        this.tokens = tokens;
        this.notifications = notifications;
        this.streams = streams;
        this.messages = messages;
        this.clock = clock;
        this.link = LinkAddress.of(advertise, listen);
    }

    @GetMapping("/hosts/new")
    ModelAndView blank(Caller caller) {
        caller.require(Scope.HOSTS_WRITE);
        return form("", Map.of());
    }

    /** Returns the guide from the source tree, as text. */
    @GetMapping(path = "/hosts/new/guide", produces = "text/plain;charset=UTF-8")
    @ResponseBody
    String guide(Caller caller) throws IOException {
        caller.require(Scope.HOSTS_READ);
        return new ClassPathResource("docs/add-a-host.md").getContentAsString(StandardCharsets.UTF_8);
    }

    @PostMapping("/hosts")
    ModelAndView define(Caller caller, @RequestParam String name, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        try {
            Host host = hosts.define(caller, new HostName(name.strip()));
            return joinable(host.id(), then);
        } catch (InvalidValue invalid) {
            return unacceptable(form(name, Map.of("name", List.of(invalid.reason()))));
        } catch (HostNameTaken taken) {
            return unacceptable(form(name, Map.of("name", List.of(message("host-form.taken")))));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/hosts")
    ModelAndView showAgain(Caller caller, @RequestParam(defaultValue = "") String name) {
        caller.require(Scope.HOSTS_WRITE);
        return form(name, Map.of());
    }

    @GetMapping("/hosts/{id}")
    ModelAndView show(Caller caller, @PathVariable String id) {
        caller.require(Scope.HOSTS_READ);
        Host host = find(id);
        return page(caller, host, host.name().value(), Map.of());
    }

    @GetMapping("/hosts/{id}/live")
    SseEmitter live(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        caller.require(Scope.HOSTS_READ);
        HostId host = find(id).id();
        return streams.open(request, caller, seen, new LivePage() {
            @Override
            public List<LivePart> parts() {
                return HostPages.this.parts(caller, hosts.find(host).orElseThrow(() -> new HostNotFound(host)));
            }

            @Override
            public Watch watch(Runnable wake) {
                return notifications.onAny(notification -> {
                    if (concerns(notification, host)) {
                        wake.run();
                    }
                })::close;
            }
        });
    }

    @PostMapping("/hosts/{id}/token")
    ModelAndView anotherToken(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        return joinable(find(id).id(), then);
    }

    /** @param version the version of the host that the form showed */
    @PostMapping("/hosts/{id}/name")
    ModelAndView rename(
            Caller caller,
            @PathVariable String id,
            @RequestParam String name,
            @RequestParam String version,
            RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = find(id);
        try {
            hosts.rename(caller, host.id(), new HostName(name.strip()), IfMatch.of(Optional.of("\"" + version + "\"")));
            then.addFlashAttribute("toast", message("host.renamed"));
            return new ModelAndView("redirect:/hosts/" + host.id());
        } catch (InvalidValue invalid) {
            return wrongName(caller, host, name, invalid.reason());
        } catch (HostNameTaken taken) {
            return wrongName(caller, host, name, message("host-form.taken"));
        } catch (HostVersionConflict changed) {
            return wrongName(caller, host, name, message("host.name.conflict", host.name()));
        }
    }

    @GetMapping("/hosts/{id}/remove")
    ModelAndView removal(Caller caller, @PathVariable String id) {
        caller.require(Scope.HOSTS_WRITE);
        return removal(find(id), "");
    }

    @PostMapping("/hosts/{id}/remove")
    ModelAndView remove(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = find(id);
        try {
            hosts.retire(caller, host.id());
            then.addFlashAttribute("toast", message("host.removed", host.name()));
            return new ModelAndView("redirect:/hosts");
        } catch (HostHasJails refused) {
            ModelAndView page = removal(host, refused.detail());
            page.setStatus(HttpStatus.CONFLICT);
            return page;
        }
    }

    /** Shows a join token once: it is passed on with the redirect, and is gone when the page is loaded again. */
    private ModelAndView joinable(HostId host, RedirectAttributes then) {
        then.addFlashAttribute("command", link.join(tokens.issue(host)));
        return new ModelAndView("redirect:/hosts/" + host);
    }

    private ModelAndView wrongName(Caller caller, Host host, String name, String reason) {
        return unacceptable(page(caller, host, name, Map.of("name", List.of(reason))));
    }

    /** @param name the content of the name field */
    private ModelAndView page(Caller caller, Host host, String name, Map<String, List<String>> errors) {
        List<LivePart> parts = parts(caller, host);
        ModelAndView page = new ModelAndView("hosts/host");
        parts.forEach(part -> page.addAllObjects(part.shows()));
        page.addObject("seen", LivePart.stamp(parts));
        page.addObject("version", host.version());
        page.addObject("name", name);
        page.addObject("errors", errors);
        if (link.isLocal()) {
            page.addObject("localLink", link.text());
        }
        return page;
    }

    private List<LivePart> parts(Caller caller, Host host) {
        Instant now = clock.instant();
        List<HostId> one = List.of(host.id());
        ShownHost shown = ShownHost.of(
                host,
                hosts.backlog(host.id()),
                hosts.keptRanges(one).getOrDefault(host.id(), 0L),
                usages.of(host.id(), List.of()),
                now);
        List<LivePart> parts = new ArrayList<>(shown.parts());
        parts.add(JoinProgress.of(host, now).part());
        parts.addAll(jails.of(caller, host.id(), JAILS));
        return parts;
    }

    private ModelAndView removal(Host host, String refusal) {
        return new ModelAndView(
                "hosts/remove",
                Map.of(
                        "id",
                        host.id().toString(),
                        "name",
                        host.name().value(),
                        "jails",
                        hosts.jails(List.of(host.id())).getOrDefault(host.id(), 0L),
                        "refusal",
                        refusal));
    }

    private static boolean concerns(Notification notification, HostId host) {
        return switch (notification) {
            case Notification.HostSeen(HostId seen) -> seen.equals(host);
            case Notification.Missed _, Notification.JailChanged _, Notification.JailReported _ -> true;
            case Notification.HostChanged _, Notification.PoolsChanged _, Notification.FiguresStored _ -> false;
        };
    }

    private Host find(String id) {
        HostId host = new HostId(PathIds.uuid(id));
        return hosts.find(host).orElseThrow(() -> new HostNotFound(host));
    }

    private static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private static ModelAndView form(String name, Map<String, List<String>> errors) {
        return new ModelAndView("hosts/new", Map.of("name", name, "errors", errors));
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
