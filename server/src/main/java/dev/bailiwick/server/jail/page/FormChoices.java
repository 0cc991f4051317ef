package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostFilter;
import dev.bailiwick.server.host.HostOrder;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.page.plan.PlanWords;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.plan.Plans;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** What can be chosen in the form for a jail: hosts, profiles, decisions, pools. */
@Component
class FormChoices {

    private final Hosts hosts;
    private final Pools pools;
    private final Plans plans;
    private final PlanWords planWords;
    private final OverrideChoices overrideChoices;
    private final MessageSource messages;

    FormChoices(
            Hosts hosts,
            Pools pools,
            Plans plans,
            PlanWords planWords,
            OverrideChoices overrideChoices,
            MessageSource messages) {
        this.hosts = hosts;
        this.pools = pools;
        this.plans = plans;
        this.planWords = planWords;
        this.overrideChoices = overrideChoices;
        this.messages = messages;
    }

    ShownForm of(Caller caller) {
        return new ShownForm(
                Stream.concat(
                                Stream.of(new SelectOption("", message("form.host.automatic"))),
                                hosts
                                        .list(
                                                HostFilter.ALL,
                                                HostOrder.CONNECTED_FIRST,
                                                Optional.empty(),
                                                HostChoices.MAX_HOSTS)
                                        .hosts()
                                        .stream()
                                        .map(this::choice))
                        .toList(),
                planWords.choices(plans.list(caller)),
                List.of(
                        new SelectOption("thin", message("base.thin")),
                        new SelectOption("directory", message("base.directory"))),
                Stream.of(PreviousFiles.values())
                        .map(choice -> new SelectOption(choice.text(), message("form.previous." + choice.text())))
                        .toList(),
                Stream.of(StopSignal.values())
                        .map(signal -> new SelectOption(signal.text(), signal.text()))
                        .toList(),
                Stream.of(RestartPolicy.Mode.values())
                        .map(mode -> new SelectOption(mode.text(), message("form.restartPolicy." + mode.text())))
                        .toList(),
                Stream.of(Profile.HOSTING, Profile.STRICT2002, Profile.SYSTEM)
                        .map(Profile::text)
                        .toList(),
                overrideChoices.decisions(),
                pools.list(caller).stream().map(pool -> pool.range().toString()).toList());
    }

    /** The label says whether the host is connected, because a jail on a disconnected host does not start. */
    private SelectOption choice(Host host) {
        String label = switch (host.state()) {
            case CONNECTED -> host.name().value();
            case DISCONNECTED -> message("form.host.disconnected", host.name());
            case WAITING -> message("form.host.waiting", host.name());
        };
        return new SelectOption(host.id().toString(), label);
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
