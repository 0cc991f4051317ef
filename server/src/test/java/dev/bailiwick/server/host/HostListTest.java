package dev.bailiwick.server.host;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@ServerTest
class HostListTest {

    private final Hosts hosts;
    private final HostConnections connections;
    private final Jails jails;
    private final Fleet.Fixtures fixtures;
    /** A part of the names of this test's hosts, and of no others. */
    private final String mark = "m" + Long.toString(System.nanoTime(), 36);

    @Autowired
    HostListTest(Hosts hosts, HostConnections connections, Jails jails, Fleet.Fixtures fixtures) {
        this.hosts = hosts;
        this.connections = connections;
        this.jails = jails;
        this.fixtures = fixtures;
    }

    @Test
    void hasConnectedHostsFirstAndThoseThatNeverJoinedLast() {
        HostId waiting = host("a");
        HostId away = host("b");
        SessionId session = fixtures.connect(away);
        connections.disconnected(away, session);
        HostId later = host("d");
        HostId there = host("c");
        fixtures.connect(later);
        fixtures.connect(there);

        assertThat(ids(list(HostOrder.CONNECTED_FIRST, Optional.empty(), 10)))
                .containsExactly(there, later, away, waiting);
        for (HostState state : HostState.values()) {
            assertThat(hosts.list(filter(Optional.of(state)), HostOrder.BY_NAME, Optional.empty(), 10)
                            .hosts())
                    .isNotEmpty()
                    .allMatch(host -> host.state() == state);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "-state", "name", "-name", "jails", "-jails"})
    void leadsThroughAllPagesForthAndBackInAnyOrder(String sort) {
        for (String name : List.of("pear", "fig", "apple", "quince", "date", "cherry", "plum")) {
            HostId host = host(name);
            if (name.length() == 4) {
                fixtures.connect(host);
            }
        }
        HostOrder order = HostOrder.parse(sort);
        List<Optional<HostId>> starts = new ArrayList<>(List.of(Optional.empty()));
        HostPage page = list(order, Optional.empty(), 3);
        List<HostId> all = new ArrayList<>(ids(page));
        while (page.next().isPresent()) {
            starts.add(page.next());
            page = list(order, page.next(), 3);
            all.addAll(ids(page));
        }

        assertThat(all).hasSize(7).doesNotHaveDuplicates();
        for (int at = starts.size() - 1; at > 0; at--) {
            assertThat(list(order, starts.get(at), 3).previous())
                    .contains(starts.get(at - 1).orElse(all.getFirst()));
        }
        assertThat(list(order, Optional.of(all.getFirst()), 3).previous()).isEmpty();
    }

    @Test
    void sortsByTheNumberOfJails() {
        HostId few = host("a");
        HostId many = host("b");
        fixtures.connect(many);
        fixtures.pool(many);
        jails.define(OPERATOR, new NewJail(fixtures.customer(), Optional.of(many), Optional.empty(), named("one")));

        assertThat(ids(list(HostOrder.parse("-jails"), Optional.empty(), 10))).containsExactly(many, few);
        assertThat(ids(list(HostOrder.parse("jails"), Optional.empty(), 10))).containsExactly(few, many);
    }

    @Test
    void findsByPartOfTheNameAndByTheBeginningOfTheId() {
        HostId one = host("one");
        host("two");

        assertThat(found(mark.toUpperCase(Locale.ROOT) + "-ONE")).containsExactly(one);
        assertThat(found(one.toString())).containsExactly(one);
        assertThat(found(one.toString().substring(9)))
                .as("an id is found by its first digits")
                .isEmpty();
        assertThat(hosts.count(filter(Optional.empty()))).isEqualTo(new HostCount(2, false));
        assertThat(HostCount.of(10_001)).isEqualTo(new HostCount(10_000, true));
    }

    @Test
    void refusesAnOrderThatIsNone() {
        for (String sort : List.of("", "-", "--name", "memory", "name;")) {
            assertThatThrownBy(() -> HostOrder.parse(sort))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("/sort");
        }
    }

    private HostId host(String name) {
        return hosts.define(OPERATOR, new HostName(mark + "-" + name)).id();
    }

    private HostPage list(HostOrder order, Optional<HostId> from, int limit) {
        return hosts.list(filter(Optional.empty()), order, from, limit);
    }

    private HostFilter filter(Optional<HostState> state) {
        return new HostFilter(state, Optional.of(mark));
    }

    private List<HostId> found(String text) {
        return ids(hosts.list(
                new HostFilter(Optional.empty(), Optional.of(text)), HostOrder.BY_NAME, Optional.empty(), 10));
    }

    private static List<HostId> ids(HostPage page) {
        return page.hosts().stream().map(Host::id).toList();
    }
}
