package dev.bailiwick.server.host.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.Backlog;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostPage;
import dev.bailiwick.server.host.HostState;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The list of hosts. */
@Controller
class HostListPages {

    private static final int ROWS = 50;

    private final Hosts hosts;
    private final Notifications notifications;
    private final LiveStreams streams;
    private final Clock clock;

    HostListPages(Hosts hosts, Notifications notifications, LiveStreams streams, Clock clock) {
        this.hosts = hosts;
        this.notifications = notifications;
        this.streams = streams;
        this.clock = clock;
    }

    @GetMapping("/hosts")
    String list(Caller caller, @ModelAttribute HostQuery query, Model model) {
        caller.require(Scope.HOSTS_READ);
        ShownHosts rows = rows(query);
        model.addAttribute("rows", rows);
        model.addAttribute("query", query);
        model.addAttribute("untouched", rows.rows().isEmpty() && query.unfiltered());
        model.addAttribute(
                "states", Stream.of(HostState.values()).map(HostState::text).toList());
        model.addAttribute("liveUrl", query.address("/hosts/live", query.from(), LivePart.stamp(rows.parts())));
        return "hosts/list";
    }

    @GetMapping("/hosts/live")
    SseEmitter live(
            Caller caller,
            @ModelAttribute HostQuery query,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        caller.require(Scope.HOSTS_READ);
        return streams.open(request, caller, seen, new LivePage() {
            @Override
            public List<LivePart> parts() {
                return rows(query).parts();
            }

            @Override
            public Watch watch(Runnable wake) {
                return notifications.onAny(notification -> {
                    if (!(notification instanceof Notification.HostChanged
                            || notification instanceof Notification.FiguresStored)) {
                        wake.run();
                    }
                })::close;
            }
        });
    }

    private ShownHosts rows(HostQuery query) {
        HostPage page = page(query);
        List<HostId> ids = page.hosts().stream().map(Host::id).toList();
        Map<HostId, Long> jails = hosts.jails(ids);
        // The backlog of the others is unknown, and it takes longer to count than all else that the page shows.
        Map<HostId, Backlog> backlogs = hosts.backlogs(
                page.hosts().stream().filter(Host::connected).map(Host::id).toList());
        return new ShownHosts(
                query.sorts(),
                page.hosts().stream()
                        .map(host -> HostRow.of(
                                host,
                                jails.getOrDefault(host.id(), 0L),
                                backlogs.getOrDefault(host.id(), Backlog.EMPTY),
                                clock.instant()))
                        .toList(),
                hosts.count(query.filter()),
                query.from().isEmpty() ? null : query.address("/hosts", "", ""),
                address(query, page.previous()),
                address(query, page.next()));
    }

    private static @Nullable String address(HostQuery query, Optional<HostId> start) {
        return start.map(from -> query.address("/hosts", from.toString(), "")).orElse(null);
    }

    /** Returns the page, or the first page if the page's first host no longer exists. */
    private HostPage page(HostQuery query) {
        HostPage page = hosts.list(query.filter(), query.order(), query.start(), ROWS);
        return page.hosts().isEmpty() && query.start().isPresent()
                ? hosts.list(query.filter(), query.order(), Optional.empty(), ROWS)
                : page;
    }
}
