package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.history.JailHistory;
import dev.bailiwick.server.jail.history.ShownRemovedJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Csrf;
import dev.bailiwick.server.page.PathIds;
import java.time.Clock;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The tabs of a jail that only show it: what happened to it, and what it is by its definition. */
@Controller
class JailTabPages {

    private final Jails jails;
    private final JailHistory history;
    private final JailPageModel page;
    private final Clock clock;

    JailTabPages(Jails jails, JailHistory history, JailPageModel page, Clock clock) {
        this.jails = jails;
        this.history = history;
        this.page = page;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/activity")
    String activity(Caller caller, @PathVariable String id, CsrfToken csrf, Model model) {
        model.addAttribute("csrf", Csrf.of(csrf));
        JailView jail = find(caller, id);
        page.follow(caller, jail, model);
        model.addAttribute(
                "events",
                history.of(caller, jail.id()).stream()
                        .map(event -> ShownRemovedJail.Event.of(event, clock.instant()))
                        .toList());
        return "jails/activity";
    }

    @GetMapping("/jails/{id}/settings")
    String settings(Caller caller, @PathVariable String id, Model model) {
        page.settings(caller, find(caller, id), model);
        return "jails/settings-tab";
    }

    private JailView find(Caller caller, String id) {
        return jails.find(caller, new JailId(PathIds.uuid(id)));
    }
}
