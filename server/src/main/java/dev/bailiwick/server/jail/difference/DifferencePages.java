package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages with the differences between a host and the server, on which an operator decides about them. */
@Controller
class DifferencePages {

    /** The maximum number of jails in one form. */
    private static final int AT_ONCE = 500;

    private final Differences differences;
    private final Histories histories;
    private final Hosts hosts;
    private final ShownDifferences shown;
    private final MessageSource messages;
    private final Clock clock;

    DifferencePages(
            Differences differences,
            Histories histories,
            Hosts hosts,
            ShownDifferences shown,
            MessageSource messages,
            Clock clock) {
        this.differences = differences;
        this.histories = histories;
        this.hosts = hosts;
        this.shown = shown;
        this.messages = messages;
        this.clock = clock;
    }

    /** The differences of one kind, with the decisions that an operator can make about all of them at once. */
    record Group(String kind, List<String> choices, List<DifferenceDocument> rows) {}

    @GetMapping("/hosts/{id}/differences")
    String list(Caller caller, @PathVariable String id, Model model) {
        caller.require(Scope.HOSTS_READ);
        Host host = find(id);
        List<DifferenceDocument> all = shown.of(caller, host.id());
        model.addAttribute("host", host.id().toString());
        model.addAttribute("name", host.name().value());
        model.addAttribute("groups", groups(all));
        model.addAttribute(
                "undecided", all.stream().filter(one -> one.choice() == null).count());
        histories.branch(host.id()).ifPresent(branch -> {
            model.addAttribute("branch", branch);
            model.addAttribute("divergedAt", Moment.of(branch.seenAt(), clock.instant()));
        });
        return "hosts/differences";
    }

    private static List<Group> groups(List<DifferenceDocument> all) {
        return Arrays.stream(Hold.Kind.values())
                .map(kind -> new Group(
                        kind.text(),
                        Choice.of(kind).stream().map(Choice::text).toList(),
                        all.stream()
                                .filter(one -> one.kind().equals(kind.text()))
                                .toList()))
                .filter(group -> !group.rows.isEmpty())
                .toList();
    }

    /**
     * Carries out a decision, or first asks the operator to confirm it.
     *
     * @param jail the ids of the jails; empty for the first undecided ones of {@code kind}
     * @param confirmed whether the operator has seen what the decision loses
     */
    @PostMapping("/hosts/{id}/differences")
    String decide(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") List<String> jail,
            @RequestParam(defaultValue = "") String kind,
            @RequestParam(defaultValue = "") String choice,
            @RequestParam(defaultValue = "false") boolean confirmed,
            Model model,
            RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = find(id);
        Choice chosen = Choice.of(choice)
                .orElseThrow(() -> new InvalidRequest("/choice", "must be 'adopt', 'restore', 'remove' or 'keep'"));
        Map<String, DifferenceDocument> all = shown.of(caller, host.id()).stream()
                .collect(Collectors.toMap(
                        DifferenceDocument::jail, Function.identity(), (a, _) -> a, LinkedHashMap::new));
        List<String> meant = jail.isEmpty() ? undecided(all, kind) : jail;
        List<DifferenceDocument> known =
                meant.stream().map(all::get).filter(Objects::nonNull).toList();
        if (!confirmed && known.stream().anyMatch(one -> chosen.givesUp(one.kind()))) {
            model.addAttribute("host", host.id().toString());
            model.addAttribute("name", host.name().value());
            model.addAttribute("rows", known);
            model.addAttribute("choice", chosen.text());
            model.addAttribute("kind", known.getFirst().kind());
            return "hosts/differences-confirmation";
        }
        List<String> refusals = new ArrayList<>();
        for (String one : meant) {
            @Nullable String refusal = decide(caller, host.id(), new JailId(PathIds.uuid(one)), chosen);
            if (refusal != null) {
                DifferenceDocument about = all.get(one);
                refusals.add((about == null ? one : about.title()) + ": " + refusal);
            }
        }
        then.addFlashAttribute("refusals", refusals);
        if (meant.size() > refusals.size()) {
            then.addFlashAttribute(
                    "toast",
                    messages.getMessage(
                            "differences.done." + chosen.text(),
                            new Object[] {meant.size() - refusals.size()},
                            Locale.ENGLISH));
        }
        return "redirect:/hosts/" + host.id() + "/differences";
    }

    private @Nullable String decide(Caller caller, HostId host, JailId jail, Choice choice) {
        try {
            differences.decide(caller, host, jail, choice, Optional.empty());
            return null;
        } catch (Failure refused) {
            return refused.getMessage();
        }
    }

    private static List<String> undecided(Map<String, DifferenceDocument> all, String kind) {
        return all.values().stream()
                .filter(one -> one.kind().equals(kind) && one.choice() == null)
                .map(DifferenceDocument::jail)
                .limit(AT_ONCE)
                .toList();
    }

    @PostMapping("/hosts/{id}/differences/close")
    String close(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        HostId host = find(id).id();
        try {
            histories.close(caller.actor(), host);
        } catch (Histories.DifferencesOpen open) {
            then.addFlashAttribute("refusals", List.of(String.valueOf(open.getMessage())));
        }
        return "redirect:/hosts/" + host + "/differences";
    }

    private Host find(String id) {
        HostId host = new HostId(PathIds.uuid(id));
        return hosts.find(host).orElseThrow(() -> new HostNotFound(host));
    }
}
