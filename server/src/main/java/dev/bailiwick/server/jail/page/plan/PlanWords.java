package dev.bailiwick.server.jail.page.plan;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.plan.Plan;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.PlanTerms.Promises;
import dev.bailiwick.server.plan.Plans;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** Plans in words, for the pages of jails. */
@Component
public class PlanWords {

    private final Plans plans;
    private final MessageSource messages;

    PlanWords(Plans plans, MessageSource messages) {
        this.plans = plans;
        this.messages = messages;
    }

    /** Returns the plan that a jail is on, with its terms. */
    public ShownPlan of(JailPlan plan) {
        return new ShownPlan(plan.name(), plan.number(), terms(plans.terms(plan.version())));
    }

    /** Returns the plans on which a jail can be put, with none as the first choice. */
    public List<SelectOption> choices(List<Plan> all) {
        return Stream.concat(
                        Stream.of(new SelectOption("", message("form.plan.none"))),
                        all.stream()
                                .filter(plan -> plan.retiredAt() == null)
                                .map(plan -> new SelectOption(plan.id().toString(), plan.name())))
                .toList();
    }

    private List<String> terms(PlanTerms terms) {
        List<String> said = new ArrayList<>();
        terms.limits()
                .amounts()
                .forEach((limit, most) ->
                        said.add(message("plan.term." + limit.text(), ShownLimit.text(limit, most), most)));
        if (!terms.limits().cpus().isAll()) {
            said.add(message("plan.term.cpus", terms.limits().cpus().text()));
        }
        terms.sysctls().all().forEach((name, most) -> said.add(message("plan.term.sysctl", name, most)));
        add("addresses", terms.addresses(), said);
        if (!terms.profiles().isEmpty()) {
            said.add(message(
                    "plan.term.profiles",
                    terms.profiles().stream().map(Profile::text).collect(Collectors.joining(", "))));
        }
        if (!terms.bases().isEmpty()) {
            said.add(message(
                    "plan.term.bases", terms.bases().stream().map(this::text).collect(Collectors.joining(", "))));
        }
        if (terms.disk() != null) {
            said.add(message("plan.term.disk", ByteSize.text(terms.disk()).replaceFirst("(?=[KMGT]iB)", " ")));
        }
        Promises promises = terms.promises();
        add("ports", promises.ports(), said);
        add("backups", promises.backups(), said);
        add("setuid", promises.setuid(), said);
        add("outgoing-mail", promises.allowsMail(), said);
        return said;
    }

    private void add(String term, @Nullable Number number, List<String> said) {
        if (number != null) {
            said.add(message("plan.term." + term, number));
        }
    }

    private void add(String term, @Nullable Boolean allowed, List<String> said) {
        if (allowed != null) {
            said.add(message("plan.term." + term + (allowed ? ".yes" : ".no")));
        }
    }

    private String text(Base base) {
        return switch (base) {
            case Base.Thin _ -> message("base.thin");
            case Base.Directory _ -> message("base.directory");
            case Base.Template(String name) -> message("base.template", name);
        };
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
