package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The differences of a host, each with the host's and the server's version. */
@Component
class ShownDifferences {

    private final Differences differences;
    private final JailList list;

    ShownDifferences(Differences differences, JailList list) {
        this.differences = differences;
        this.list = list;
    }

    List<DifferenceDocument> of(Caller caller, HostId host) {
        List<DifferingJail> versions = differences.list(caller, host);
        Map<JailId, JailView> known = list
                .findAll(versions.stream().map(DifferingJail::jail).toList())
                .stream()
                .filter(jail -> jail.host().equals(host))
                .collect(Collectors.toMap(JailView::id, Function.identity()));
        return versions.stream()
                .map(version -> DifferenceDocument.of(version, Optional.ofNullable(known.get(version.jail()))))
                .toList();
    }
}
