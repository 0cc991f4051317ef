package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Definitions of jails on a connected host with a pool. */
@ServerTest
abstract class DefinedJails {

    @Autowired
    Jails jails;

    @Autowired
    JailActions actions;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Fleet.Fixtures fixtures;

    @Autowired
    Fleet.Paths paths;

    HostId host = new HostId(UUID.randomUUID());
    CustomerId customer = new CustomerId(UUID.randomUUID());
    String pool = "";

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHost();
        customer = fixtures.customer();
        pool = fixtures.pool(host);
    }

    JailView define(DefinitionDraft draft) {
        return define(host, draft);
    }

    JailView define(HostId where, DefinitionDraft draft) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(where), Optional.empty(), draft));
    }

    static DefinitionDraft withHostname(String hostname) {
        return new DefinitionDraft("web", hostname, null, null, null, null, null, null, null, null);
    }

    Failure refusesField(String pointer, DefinitionDraft draft) {
        Failure refusal = unchanged(() -> define(draft), InvalidRequest.class);
        assertThat(refusal.violations()).extracting(Violation::pointer).containsExactly(pointer);
        return refusal;
    }

    static List<Object> together(List<Callable<Object>> attempts) throws InterruptedException {
        List<Object> outcomes = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Object> attempt : threads.invokeAll(attempts)) {
                try {
                    outcomes.add(attempt.get());
                } catch (ExecutionException e) {
                    outcomes.add(e.getCause());
                }
            }
        }
        return outcomes;
    }

    Failure unchanged(Callable<?> attempt, Class<? extends Failure> expected) {
        Map<String, Long> before = fixtures.everything();
        Throwable thrown = catchThrowable(attempt::call);
        assertThat(thrown).isInstanceOf(expected);
        assertThat(fixtures.everything()).isEqualTo(before);
        return (Failure) thrown;
    }
}
