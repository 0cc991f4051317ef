package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.Plans;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The differences of a host, each with the host's and the server's version. */
@Component
class ShownDifferences {

    private final Differences differences;
    private final JailList list;
    private final Plans plans;

    ShownDifferences(Differences differences, JailList list, Plans plans) {
        this.differences = differences;
        this.list = list;
        this.plans = plans;
    }

    List<DifferenceDocument> of(Caller caller, HostId host) {
        List<DifferingJail> versions = differences.list(caller, host);
        Map<JailId, JailView> known = list
                .findAll(versions.stream().map(DifferingJail::jail).toList())
                .stream()
                .filter(jail -> jail.host().equals(host))
                .collect(Collectors.toMap(JailView::id, Function.identity()));
        Map<UUID, PlanTerms> terms = new HashMap<>();
        return versions.stream()
                .map(version -> {
                    Optional<JailView> onServer = Optional.ofNullable(known.get(version.jail()));
                    return DifferenceDocument.of(
                            version,
                            onServer,
                            onServer.flatMap(JailView::plan)
                                    .map(plan -> terms.computeIfAbsent(plan.version(), plans::terms)));
                })
                .toList();
    }
}
