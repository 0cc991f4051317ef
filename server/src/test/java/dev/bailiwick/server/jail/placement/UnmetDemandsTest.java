package dev.bailiwick.server.jail.placement;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.overriding;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * The server rejects a definition that a host has reported it cannot hold, and names the field and the host's reason.
 */
@ServerTest
class UnmetDemandsTest {

    private static final String REASON = "its kernel has no filter for system calls";

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
    }

    @Test
    void namesTheFieldAndTheReason() {
        fixtures.connectRefusing(host, REASON, "deny:ptrace", "limit:memory");
        DefinitionDraft draft = limited(overriding(named("web"), "ptrace", "deny"));

        assertThat(refusedUnchanged(() -> define(Optional.of(host), draft)))
                .containsExactly(
                        new Violation("/policy/overrides/0/decision", "is not available on this host: " + REASON),
                        new Violation("/limits/memory", "is not available on this host: " + REASON));
    }

    @Test
    void refusesARedefinitionAsWell() {
        fixtures.connectRefusing(host, REASON, "log");
        JailView jail = define(Optional.of(host), named("web"));

        assertThat(refusedUnchanged(
                        () -> jails.redefine(OPERATOR, jail.id(), 1, overriding(named("web"), "ptrace", "log"))))
                .extracting(Violation::pointer)
                .containsExactly("/policy/overrides/0/decision");
    }

    @Test
    void rejectsAFieldThatTheHostsAgentWouldIgnore() {
        fixtures.connectEarlierAgent(host);

        assertThat(refusedUnchanged(() -> define(Optional.of(host), stopping(named("web"), "QUIT", 60))))
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder("/stopSignal", "/stopTimeout");
        assertThat(define(Optional.of(host), stopping(named("web"), "TERM", 10))
                        .status()
                        .conditions())
                .as("as by default")
                .isEmpty();
    }

    /** The agent was replaced by an earlier one. */
    @Test
    void saysThatAHostIgnoresAFieldOfAJail() {
        JailView jail = define(Optional.of(host), stopping(named("web"), "QUIT", 10));
        assertThat(jails.find(OPERATOR, jail.id()).status().conditions()).isEmpty();

        fixtures.connectEarlierAgent(host);
        assertThat(jails.find(OPERATOR, jail.id()).status().conditions())
                .singleElement()
                .satisfies(condition -> {
                    assertThat(condition.reason()).isEqualTo("FieldsIgnored");
                    assertThat(condition.message()).contains("ignores stopSignal");
                });

        fixtures.connect(host);
        assertThat(jails.find(OPERATOR, jail.id()).status().conditions()).isEmpty();
    }

    @Test
    void takesWhatTheHostCanHold() {
        fixtures.connectRefusing(host, REASON, "deny:ptrace", "profile:strict2002");

        assertThat(define(Optional.of(host), overriding(named("web"), "mlock", "deny"))
                        .generation())
                .isEqualTo(1);
    }

    @Test
    void placesAJailWhereItCanBeHeld() {
        fixtures.connectRefusing(host, REASON, "limit:memory");
        HostId able = fixtures.connectedHostWithPool();
        for (int i = 0; i < 3; i++) {
            define(Optional.of(able), named("busy-" + i));
        }

        JailView jail = define(Optional.empty(), limited(named("web")));

        assertThat(jail.host()).isNotEqualTo(host);
    }

    private JailView define(Optional<HostId> where, DefinitionDraft draft) {
        return jails.define(OPERATOR, new NewJail(customer, where, Optional.empty(), draft));
    }

    private List<Violation> refusedUnchanged(ThrowingCallable attempt) {
        Map<String, Long> before = fixtures.everything();
        InvalidRequest refusal = catchThrowableOfType(InvalidRequest.class, attempt);
        assertThat(fixtures.everything()).isEqualTo(before);
        return refusal.violations();
    }

    private static DefinitionDraft stopping(DefinitionDraft draft, String signal, int seconds) {
        return new DefinitionDraft(
                draft.name(),
                draft.hostname(),
                draft.path(),
                draft.base(),
                draft.ip(),
                draft.policy(),
                draft.command(),
                draft.environment(),
                draft.limits(),
                draft.wanted(),
                draft.labels(),
                signal,
                seconds,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static DefinitionDraft limited(DefinitionDraft draft) {
        return new DefinitionDraft(
                draft.name(),
                draft.hostname(),
                draft.path(),
                draft.base(),
                draft.ip(),
                draft.policy(),
                draft.command(),
                draft.environment(),
                new LimitsDraft("64MiB", null, null),
                draft.wanted());
    }
}
