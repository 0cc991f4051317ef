package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Csrf;
import dev.bailiwick.server.page.PathIds;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The tabs of a jail that only show it: what happened to it, and what it is by its definition. */
@Controller
class JailTabPages {

    private final Jails jails;
    private final JailPageModel page;

    JailTabPages(Jails jails, JailPageModel page) {
        this.jails = jails;
        this.page = page;
    }

    @GetMapping("/jails/{id}/activity")
    String activity(Caller caller, @PathVariable String id, CsrfToken csrf, Model model) {
        model.addAttribute("csrf", Csrf.of(csrf));
        page.follow(caller, find(caller, id), model);
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
