package dev.bailiwick.server.jail.difference;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

/** A host whose jails differ from what the server has. */
@ServerTest
abstract class DifferingHost {

    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @Autowired
    Differences differences;

    @Autowired
    ReportedDifferences reported;

    @Autowired
    Jails jails;

    @Autowired
    JailActions actions;

    @Autowired
    DesiredStates desired;

    @Autowired
    JailReports reports;

    @Autowired
    Hosts hosts;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    MockMvc mvc;

    @Autowired
    ApiClient api;

    @Autowired
    Fleet.Fixtures fixtures;

    HostId host = new HostId(UUID.randomUUID());
    CustomerId customer = new CustomerId(UUID.randomUUID());
    String network = "";

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHost();
        network = fixtures.pool(host);
        customer = fixtures.customer();
    }

    DesiredJail.Present onHost(JailId id, String name, long generation, int number) {
        return new DesiredJail.Present(
                id,
                generation,
                new JailDefinition(
                        new JailName(name),
                        new Hostname(name),
                        new RootPath("/var/lib/bailiwick/jails/" + id),
                        new Base.Thin(),
                        IpAddresses.of(network + number),
                        Policy.of(Profile.HOSTING),
                        new Command(List.of("/bin/true"), Map.of()),
                        Limits.NONE,
                        WantedState.RUNNING),
                customer.toString());
    }

    void list(Difference... all) {
        reported.take(host, UUID.randomUUID(), List.of(all), true);
    }

    JailView define(String name, int number) {
        return jails.define(
                OPERATOR,
                new NewJail(customer, Optional.of(host), Optional.empty(), at(named(name), null, network + number)));
    }

    long undecided() {
        return hosts.find(host).orElseThrow().agreement().undecided();
    }
}
