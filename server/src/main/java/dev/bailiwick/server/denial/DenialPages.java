package dev.bailiwick.server.denial;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.page.PathIds;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;

/** The part of the tab with a jail's policy that lists its blocked calls; also a page, for browsers without scripts. */
@Controller
class DenialPages {

    private static final int HOURS = 24;

    private final Jails jails;
    private final Denials denials;
    private final Clock clock;

    DenialPages(Jails jails, Denials denials, Clock clock) {
        this.jails = jails;
        this.denials = denials;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/denials")
    String show(
            Caller caller,
            @PathVariable String id,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        Instant now = clock.instant();
        JailId jail = new JailId(PathIds.uuid(id));
        DeniedCalls denied = denials.of(caller, jail, HOURS);
        List<ShownDenial> shown =
                denied.calls().stream().map(call -> ShownDenial.of(call, now)).toList();
        model.addAttribute("jail", id);
        model.addAttribute(
                "jailName", jails.find(caller, jail).definition().name().value());
        model.addAttribute("denials", shown);
        model.addAttribute(
                "needed", shown.stream().filter(call -> call.fallback() == null).toList());
        model.addAttribute(
                "replaced",
                shown.stream().filter(call -> call.fallback() != null).toList());
        return htmx == null ? "jails/denied" : "jails/denials :: list";
    }
}
