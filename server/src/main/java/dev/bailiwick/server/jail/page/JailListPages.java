package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerList;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.history.RemovedJails;
import dev.bailiwick.server.jail.history.RemovedPage;
import dev.bailiwick.server.jail.history.ShownRemovedJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.page.Viewer;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The page with the list of jails. */
@Controller
class JailListPages {

    private static final int ROWS = 50;

    private final Jails jails;
    private final HostChoices hosts;
    private final RemovedJails removed;
    private final CustomerFilter filter;
    private final CustomerList customerNames;
    private final LiveStreams streams;
    private final Clock clock;

    JailListPages(
            Jails jails,
            HostChoices hosts,
            RemovedJails removed,
            CustomerFilter filter,
            CustomerList customerNames,
            LiveStreams streams,
            Clock clock) {
        this.jails = jails;
        this.hosts = hosts;
        this.removed = removed;
        this.filter = filter;
        this.customerNames = customerNames;
        this.streams = streams;
        this.clock = clock;
    }

    @GetMapping("/")
    String home() {
        return "redirect:/jails";
    }

    @GetMapping("/jails")
    String list(Caller caller, @ModelAttribute JailQuery typed, Model model) {
        CustomerFilter.FilteredCustomer customer = filter.read(caller, typed);
        JailQuery query = customer.query();
        if (query.removed()) {
            model.addAttribute("removed", removed(caller, query));
            model.addAttribute("list", new ShownList(false, query, JailFilter.phases(), hosts(caller), customer, ""));
            return "jails/list";
        }
        ShownRows rows = rows(caller, query);
        model.addAttribute("rows", rows);
        model.addAttribute(
                "list",
                new ShownList(
                        rows.rows().isEmpty() && query.unfiltered(),
                        query,
                        JailFilter.phases(),
                        hosts(caller),
                        customer,
                        query.address("/jails/live", query.from(), LivePart.stamp(rows.parts()))));
        return "jails/list";
    }

    @GetMapping("/jails/live")
    SseEmitter live(
            Caller caller,
            @ModelAttribute JailQuery typed,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        JailQuery query = filter.read(caller, typed).query();
        return streams.open(request, caller, seen, new LivePage() {
            @Override
            public List<LivePart> parts() {
                return rows(caller, query).parts();
            }

            @Override
            public Watch watch(Runnable wake) {
                return jails.changes(notification -> {
                    if (!(notification instanceof Notification.HostChanged
                            || notification instanceof Notification.FiguresStored)) {
                        wake.run();
                    }
                })::close;
            }
        });
    }

    private ShownRows rows(Caller caller, JailQuery query) {
        JailPage page = page(caller, query);
        Map<CustomerId, String> names = customerNames.names(caller, page.customers());
        return new ShownRows(
                query.sorts(),
                page.jails().stream()
                        .map(jail -> JailRow.of(jail, names, clock.instant()))
                        .toList(),
                jails.count(caller, query.filter()),
                query.from().isEmpty() ? null : query.address("/jails", "", ""),
                address(query, page.previous()),
                address(query, page.next()));
    }

    private ShownRemovedJail.Rows removed(Caller caller, JailQuery query) {
        RemovedPage page = removed.list(caller, query.filter(), query.start(), ROWS);
        if (page.jails().isEmpty() && query.start().isPresent()) {
            page = removed.list(caller, query.filter(), Optional.empty(), ROWS);
        }
        return new ShownRemovedJail.Rows(
                page.jails().stream()
                        .map(jail -> ShownRemovedJail.of(jail, clock.instant()))
                        .toList(),
                removed.count(caller, query.filter()),
                RemovedJails.KEPT.toDays(),
                query.from().isEmpty() ? null : query.address("/jails", "", ""),
                address(query, page.previous()),
                address(query, page.next()));
    }

    private static @Nullable String address(JailQuery query, Optional<JailId> start) {
        return start.map(from -> query.address("/jails", from.toString(), "")).orElse(null);
    }

    /** Returns the requested page, or the first page if the jail at its start no longer exists. */
    private JailPage page(Caller caller, JailQuery query) {
        JailPage page = jails.list(caller, query.filter(), query.order(), query.start(), ROWS);
        return page.jails().isEmpty() && query.start().isPresent()
                ? jails.list(caller, query.filter(), query.order(), Optional.empty(), ROWS)
                : page;
    }

    private List<SelectOption> hosts(Caller caller) {
        if (!Viewer.of(caller).operator()) {
            return List.of();
        }
        return hosts.all();
    }
}
