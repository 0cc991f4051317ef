package dev.bailiwick.jail.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

    @Test
    void tellsEverythingThatIsWrongWithItsOverrides() {
        List<Violation> violations = violations(
                override("ptrcae", "allow", "typing in a hurry"),
                override("mount", "deny:EPREM", "why not"),
                override("sync", "kill", " "),
                override("sync", "log", "again"),
                override("getpid", "deny", "x".repeat(501)));

        assertThat(violations)
                .extracting(Violation::pointer, Violation::message)
                .containsExactly(
                        tuple("/overrides/0/call", "is not a known system call; is ptrace meant?"),
                        tuple("/overrides/1/decision", "names 'EPREM', which is not a known errno"),
                        tuple("/overrides/2/reason", "must give a reason"),
                        tuple("/overrides/3/call", "is overridden twice"),
                        tuple("/overrides/4/reason", "is longer than 500 characters"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "init_module",
                "finit_module",
                "delete_module",
                "kexec_load",
                "kexec_file_load",
                "swapon",
                "swapoff",
                "open_by_handle_at",
                "setns",
                "clone3",
                "bpf",
                "perf_event_open"
            })
    void refusesToWidenTheFloor(String call) {
        for (String decision : List.of("allow", "log")) {
            assertThat(violations(override(call, decision, "I know what I do")))
                    .as(decision)
                    .singleElement()
                    .satisfies(v -> {
                        assertThat(v.pointer()).isEqualTo("/overrides/0/decision");
                        assertThat(v.message()).startsWith("cannot allow " + call + ": ");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deny:ENOSYS", "kill"})
    void admitsAnotherRefusalOfAFloorRow(String decision) {
        assertThatCode(() -> new Policy(Profile.HOSTING, List.of(override("bpf", decision, "quieter"))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clone", "unshare", "socket", "mount", "io_uring_setup", "settimeofday"})
    void admitsWhatIsNotWhollyOnTheFloor(String call) {
        assertThatCode(() -> new Policy(Profile.HOSTING, List.of(override(call, "allow", "needed"))))
                .doesNotThrowAnyException();
    }

    /** In a definition for a host, 0 milliseconds mean no end. So an override that ended in 1970 would never end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1000000000-01-01T00:00:00Z",
                "-4714-01-01T00:00:00Z",
                "1970-01-01T00:00:00Z",
                "1970-01-01T00:00:00.000999999Z",
                "+10000-01-01T00:00:00Z"
            })
    void refusesAnEndThatCanNotBeSentOrStored(String until) {
        assertThat(violations(new PolicyOverride(
                        "sync", new OverrideDecision.Allow(), "needed", "ada", Optional.of(Instant.parse(until)))))
                .singleElement()
                .satisfies(v -> assertThat(v.pointer()).isEqualTo("/overrides/0/until"));
    }

    private static List<Violation> violations(PolicyOverride... overrides) {
        List<Violation> found = new ArrayList<>();
        assertThatThrownBy(() -> new Policy(Profile.HOSTING, List.of(overrides)))
                .isInstanceOfSatisfying(InvalidDefinition.class, e -> found.addAll(e.violations()));
        return found;
    }

    private static PolicyOverride override(String call, String decision, String reason) {
        return new PolicyOverride(call, OverrideDecision.parse(decision), reason, "ada", Optional.empty());
    }
}
