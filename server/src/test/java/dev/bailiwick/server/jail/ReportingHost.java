package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A host that receives what is wanted of it, and reports. */
@ServerTest
abstract class ReportingHost {

    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

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
    HostConnections connections;

    @Autowired
    Fleet.Fixtures fixtures;

    @Autowired
    JdbcClient jdbc;

    HostId host = new HostId(UUID.randomUUID());
    CustomerId customer = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
    }

    static Report told(JailView jail, long generation, Phase phase, int restarts, String step) {
        OptionalInt initPid = phase == Phase.STOPPED ? OptionalInt.empty() : OptionalInt.of(7);
        List<StepTiming> steps = List.of(new StepTiming(step, 0, 5));
        return new Report(jail.id(), generation, phase, initPid, restarts, List.of(), steps, NOW);
    }

    JailView define(DefinitionDraft draft) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), draft));
    }
}
