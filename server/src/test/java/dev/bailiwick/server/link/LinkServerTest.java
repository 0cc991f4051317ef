package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.protocol.v1.DesiredObject;
import dev.bailiwick.protocol.v1.EgressWay;
import dev.bailiwick.protocol.v1.PoolEgress;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.network.AddressPool;
import dev.bailiwick.server.network.Pools.PoolFields;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LinkServerTest extends LinkedHosts {

    @Test
    void newerSessionReplacesTheOlder() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream older = welcomed(agent, 0);
        RawAgent.Stream newer = welcomed(agent, 0);
        assertThat(older.end().getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(hosts.find(host.id()).orElseThrow().connected())
                .as("the end of the older session does not end the newer one")
                .isTrue();
        newer.leave();
        Awaitility.await().until(() -> !hosts.find(host.id()).orElseThrow().connected());
    }

    @Test
    void keepsWhichDemandsAHostCanNotMeet() throws Exception {
        welcomed(joined(), 0);

        assertThat(hosts.find(host.id())
                        .flatMap(Host::presence)
                        .orElseThrow()
                        .facts()
                        .capabilities())
                .startsWith(new HostFacts.Capability("filter", false, "there is none", List.of("log", "deny:ptrace")))
                .as("the fields that an agent of this version does not report")
                .extracting(HostFacts.Capability::name)
                .contains("init", "stop.signal");
    }

    @Test
    void sendsSnapshotFirstAndDeltasAfterwards() throws Exception {
        JailRow first = new JailRow(jdbc, host.id(), 1);
        RawAgent agent = joined();
        RawAgent.Stream stream = welcomed(agent, 0);
        assertThat(stream.next().hasSnapshotBegin()).isTrue();
        assertThat(stream.next().getIntent().getJailId()).isEqualTo(first.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(1);
        stream.say(accepted(1));

        JailRow second = new JailRow(jdbc, host.id(), 2);
        assertThat(stream.next().getIntent().getJailId()).isEqualTo(second.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(2);
        stream.say(accepted(2));
        Awaitility.await()
                .until(() -> hosts.find(host.id())
                        .flatMap(Host::presence)
                        .filter(presence -> presence.acceptedRevision() == 2)
                        .isPresent());

        RawAgent.Stream again = welcomed(agent, 1);
        assertThat(again.next().getIntent().getJailId()).as("only the new jail").isEqualTo(second.id());
        assertThat(again.next().getCommit().getRevision()).isEqualTo(2);
        assertThat(again.isSilentFor(300)).isTrue();

        RawAgent.Stream ahead = welcomed(agent, 99);
        assertThat(ahead.next().hasSnapshotBegin()).as("ahead of the database").isTrue();
    }

    /** The other tests use agents of the previous version, which name no kinds. */
    @Test
    void sendsObjectsOfTheKindsThatTheAgentKnows() throws Exception {
        JailRow jail = new JailRow(jdbc, host.id(), 8);
        RawAgent agent = joined();
        RawAgent.Stream stream = agent.greet(
                RawAgent.hello(0).toBuilder().addKinds("jail").addKinds("tide").build());
        assertThat(stream.next().hasWelcome()).isTrue();
        assertThat(stream.next().hasSnapshotBegin()).isTrue();
        DesiredObject object = stream.next().getObject();
        assertThat(object.getKind()).isEqualTo("jail");
        assertThat(object.getId()).isEqualTo(jail.id());
        assertThat(object.getGeneration()).isEqualTo(1);
        assertThat(object.getJail().getJailId()).isEqualTo(jail.id());
        assertThat(stream.next().hasCommit()).isTrue();

        RawAgent.Stream ofTides =
                agent.greet(RawAgent.hello(0).toBuilder().addKinds("tide").build());
        assertThat(ofTides.next().hasWelcome()).isTrue();
        assertThat(ofTides.next().hasSnapshotBegin()).isTrue();
        assertThat(ofTides.next().hasCommit()).as("the agent knows no jails").isTrue();
    }

    @Test
    void tellsEachHostWhichAddressesJailsCanHave() throws Exception {
        Host other = hosts.define(OPERATOR, new HostName("h" + UUID.randomUUID()));
        AddressRange here = AddressRange.parse("203.0.113.0/28");
        AddressRange elsewhere = AddressRange.parse("203.0.113.16/28");
        AddressRange anywhere = AddressRange.parse("2001:db8:28::/64");
        AddressPool elsewheres = pools.define(OPERATOR, elsewhere, Optional.of(other.id()), Egress.CLOSED, "");
        RawAgent.Stream stream = welcomed(joined(), 0);
        var first = stream.nextPools();
        assertThat(first.getElsewhereList()).contains(elsewhere.toString());
        assertThat(first.getHereList()).doesNotContain(elsewhere.toString());

        AddressPool heres = pools.define(OPERATOR, here, Optional.of(host.id()), Egress.CLOSED, "");
        awaitPools(stream, pools -> pools.getHereList().contains(here.toString()));
        AddressPool anywheres = pools.define(OPERATOR, anywhere, Optional.empty(), Egress.CLOSED, "");
        awaitPools(stream, pools -> pools.getHereList().containsAll(List.of(here.toString(), anywhere.toString())));
        pools.change(
                OPERATOR,
                anywheres.id(),
                known -> new PoolFields(new Egress(Egress.Way.MASQUERADE, true), "changed", 24));
        awaitPools(
                stream,
                pools -> pools.getEgressesList()
                        .containsAll(List.of(
                                PoolEgress.newBuilder()
                                        .setRange(anywhere.toString())
                                        .setWay(EgressWay.EGRESS_WAY_MASQUERADE)
                                        .setOutgoingMail(true)
                                        .build(),
                                PoolEgress.newBuilder()
                                        .setRange(here.toString())
                                        .setWay(EgressWay.EGRESS_WAY_CLOSED)
                                        .build())));
        for (AddressPool pool : List.of(elsewheres, heres, anywheres)) {
            pools.remove(OPERATOR, pool.id());
        }
        awaitPools(
                stream,
                pools -> !pools.getHereList().contains(here.toString())
                        && !pools.getHereList().contains(anywhere.toString())
                        && !pools.getElsewhereList().contains(elsewhere.toString()));
    }

    /** Waits for this message about pools: the same may be sent twice, as a notification about earlier pools may arrive late. */
    private static void awaitPools(RawAgent.Stream stream, Predicate<Pools> expected) throws InterruptedException {
        Pools next = stream.nextPools();
        while (!expected.test(next)) {
            next = stream.nextPools();
        }
    }

    @Test
    void keepsWhatComesWhileAHostIsAcceptingAsOneCommit() throws Exception {
        JailRow first = new JailRow(jdbc, host.id(), 5);
        RawAgent.Stream stream = welcomed(joined(), 0);
        assertThat(stream.next().hasSnapshotBegin()).isTrue();
        assertThat(stream.next().getIntent().getJailId()).isEqualTo(first.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(1);

        JailRow second = new JailRow(jdbc, host.id(), 6);
        JailRow third = new JailRow(jdbc, host.id(), 7);
        assertThat(stream.isSilentFor(300)).isTrue();
        stream.say(accepted(1));
        assertThat(List.of(
                        stream.next().getIntent().getJailId(),
                        stream.next().getIntent().getJailId()))
                .containsExactly(second.id(), third.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(3);
    }

    @Test
    void endsSessionsWhenTheDatabaseMayHaveLostWhatTheyReported() throws Exception {
        RawAgent.Stream stream = welcomed(joined(), 0);
        stream.next();
        jdbc.sql("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE application_name = 'bailiwick notifications' AND datname = current_database()
                        """).query(Integer.class).single();
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
}
