package dev.bailiwick.jail.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IncarnationVariable;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.Violation;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class DefinitionDraftTest {

    private static DefinitionDraft least() {
        return new DefinitionDraft(
                "web-1", null, "/srv/jails/web-1", null, List.of("198.18.0.5"), null, null, null, null, null);
    }

    @Test
    void fillsInWhatIsAbsent() {
        JailDefinition definition = least().define();

        assertThat(definition.hostname()).isEqualTo(new Hostname("web-1"));
        assertThat(definition.base()).isEqualTo(new Base.Thin());
        assertThat(definition.policy().profile()).isEqualTo(Profile.HOSTING);
        assertThat(definition.policy().overrides()).isEmpty();
        assertThat(definition.command()).isEqualTo(Command.of("/bin/sh", "-c", "exec sleep infinity"));
        assertThat(definition.limits()).isEqualTo(Limits.NONE);
        assertThat(definition.wanted()).isEqualTo(WantedState.RUNNING);
    }

    @Test
    void takesBlankFieldsForAbsentOnes() {
        DefinitionDraft draft = new DefinitionDraft(
                "web-1",
                "",
                "/srv/jails/web-1",
                " ",
                List.of("198.18.0.5"),
                new PolicyDraft("", List.of()),
                List.of(),
                Map.of(),
                new LimitsDraft("", " ", ""),
                "");

        assertThat(draft.define()).isEqualTo(least().define());
    }

    @Test
    void tellsOfHolesInLists() {
        DefinitionDraft draft = new DefinitionDraft(
                "web-1",
                null,
                "/srv/jails/web-1",
                null,
                Collections.singletonList(null),
                new PolicyDraft(null, Collections.singletonList(null)),
                Collections.singletonList(null),
                Collections.singletonMap("a/b", null),
                null,
                null);

        assertThat(violations(draft::define))
                .extracting(Violation::pointer, Violation::message)
                .containsExactlyInAnyOrder(
                        tuple("/ip/0", "is required"),
                        tuple("/policy/overrides/0", "is required"),
                        tuple("/command/0", "is required"),
                        tuple("/environment/a~1b", "is required"));
    }

    @Test
    void refusesTheVariableOfTheIncarnation() {
        DefinitionDraft draft = new DefinitionDraft(
                "web-1",
                null,
                "/srv/web-1",
                null,
                List.of("198.18.0.5"),
                null,
                null,
                Map.of(IncarnationVariable.NAME, "1"),
                null,
                null);

        assertThat(violations(draft::define))
                .extracting(Violation::pointer)
                .containsExactly("/environment/BAILIWICK_INCARNATION");
    }

    @Test
    void takesAnyNameOfAVariableThatExecveTakes() {
        Map<String, String> variables =
                Map.of("my.var-1", "1", "1", "", " a b ", " ", "ä\n", "x\r\n", "bash_func%%", "() { :; }");
        assertThat(starting(List.of("/bin/true"), variables).define().command().environment())
                .isEqualTo(variables);
    }

    @Test
    void namesTheArgumentOrVariableThatCannotBePassedOn() {
        DefinitionDraft draft = starting(
                List.of("/bin/echo", "\ud83e", "a\0b"),
                Map.of("a/~=b", "1", "", "2", "\udd80", "3", "LANG", "\ud83e\ud83e\udd80"));
        assertThat(violations(draft::define))
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder(
                        "/command/1",
                        "/command/2",
                        "/environment/a~1~0=b",
                        "/environment/",
                        "/environment/\udd80",
                        "/environment/LANG");
    }

    @Test
    void countsTheBytesThatTheKernelCounts() {
        int most = Command.MAX_TEXT_BYTES - 1;
        starting(List.of("/bin/echo", "x".repeat(most)), Map.of()).define();
        starting(List.of("/bin/echo"), Map.of("N", "x".repeat(most - 2))).define();
        starting(List.of("/bin/echo", "€".repeat(most / 3)), Map.of()).define();
        DefinitionDraft tooLong = starting(
                List.of("/bin/echo", "x".repeat(most + 1), "€".repeat(most / 3 + 1)),
                Map.of("N", "x".repeat(most - 1)));
        assertThat(violations(tooLong::define))
                .extracting(Violation::pointer)
                .containsExactly("/command/1", "/command/2", "/environment/N");
        DefinitionDraft tooMuch = starting(
                List.of("/bin/echo", "🦀".repeat(30_000)), Map.of("A", "é".repeat(60_000), "B", "x".repeat(30_000)));
        assertThat(violations(tooMuch::define)).extracting(Violation::pointer).containsExactly("/environment");
    }

    @Test
    void demandsAnAgentThatKnowsSuchACommand() {
        assertThat(Demand.laterOf(
                        starting(List.of("/bin/true"), Map.of("LANG", "C")).define()))
                .isEmpty();
        assertThat(Demand.laterOf(
                        starting(List.of("/bin/true"), Map.of("my.var", "")).define()))
                .containsExactly(new Demand("variable-names", "/environment"));
        assertThat(Demand.laterOf(starting(List.of("/bin/true", "x".repeat(70_000)), Map.of())
                        .define()))
                .containsExactly(new Demand("long-command", "/command"));
    }

    private static DefinitionDraft starting(List<String> command, Map<String, String> environment) {
        return new DefinitionDraft(
                "web-1", null, "/srv/web-1", null, List.of("198.18.0.5"), null, command, environment, null, null);
    }

    @Test
    void runsTheInitOfAWholeUserland() {
        DefinitionDraft draft = new DefinitionDraft(
                "web-1", null, "/srv/web-1", "directory", List.of("198.18.0.5"), null, null, null, null, null);

        assertThat(draft.define().command()).isEqualTo(Command.of("/sbin/init"));
    }

    @Test
    void isWhatADefinitionWasDefinedFrom() {
        DefinitionDraft draft = new DefinitionDraft(
                "web-1",
                "www.example.org",
                "/srv/jails/web-1",
                "template:debian-13",
                List.of("198.18.0.5", "fdb1:1::5"),
                new PolicyDraft(
                        "strict2002",
                        List.of(new OverrideDraft(
                                "ptrace", "deny:ENOSYS", "not today", "ada", "2026-12-24T18:00:00Z"))),
                List.of("/bin/httpd", "-f"),
                Map.of("LANG", "C.UTF-8"),
                new LimitsDraft(
                        "512MiB",
                        "100",
                        "1500",
                        "1GiB",
                        null,
                        null,
                        "400MiB",
                        "0",
                        "200",
                        "0-3,8",
                        "50",
                        "10MiB",
                        "1000",
                        "4096",
                        "100Mbit/s",
                        "64kbit/s",
                        "64",
                        "1MiB"),
                "stopped");

        JailDefinition definition = draft.define();

        assertThat(DefinitionDraft.of(definition).define()).isEqualTo(definition);
        assertThat(DefinitionDraft.of(definition).limits()).isEqualTo(draft.limits());
        assertThat(definition.limits().memoryBytes()).hasValue(512L << 20);
    }

    @Test
    void tellsAllThatIsWrongWithPointers() {
        DefinitionDraft draft = new DefinitionDraft(
                "Web 1",
                "-bad-",
                "srv/../etc",
                "thick",
                List.of("198.18.0.5", "localhost"),
                new PolicyDraft(
                        "lax",
                        List.of(
                                new OverrideDraft(null, "maybe", "", null, "tomorrow"),
                                new OverrideDraft("ptrace", "allow", "debugging", "ada", null))),
                List.of("httpd"),
                Map.of("A B", "c"),
                new LimitsDraft(
                        "512MB",
                        "0",
                        "many",
                        "1023KiB",
                        "2TiB",
                        "big",
                        "1MiB",
                        "-1",
                        "0",
                        "1-",
                        "1001",
                        "1KiB",
                        "9",
                        "63",
                        "63kbit/s",
                        "1MiB",
                        "63",
                        "1023KiB"),
                "paused");

        assertThat(violations(draft::define))
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder(
                        "/name",
                        "/hostname",
                        "/path",
                        "/base",
                        "/ip/1",
                        "/policy/profile",
                        "/policy/overrides/0/call",
                        "/policy/overrides/0/decision",
                        "/policy/overrides/0/until",
                        "/command",
                        "/limits/memory",
                        "/limits/processes",
                        "/limits/cpuMillis",
                        "/limits/shm",
                        "/limits/tmp",
                        "/limits/run",
                        "/limits/memoryHigh",
                        "/limits/swap",
                        "/limits/cpuWeight",
                        "/limits/cpus",
                        "/limits/ioWeight",
                        "/limits/ioBytes",
                        "/limits/ioOperations",
                        "/limits/files",
                        "/limits/bandwidthIn",
                        "/limits/bandwidthOut",
                        "/limits/connections",
                        "/limits/log",
                        "/wanted");
    }

    @Test
    void namesTheOverrideThatCanNotStand() {
        DefinitionDraft draft = new DefinitionDraft(
                "web-1",
                null,
                "/srv/jails/web-1",
                null,
                List.of("198.18.0.5"),
                new PolicyDraft(
                        null,
                        List.of(
                                new OverrideDraft("ptrcae", "allow", "debugging", "ada", null),
                                new OverrideDraft("bpf", "allow", "tracing", "ada", null))),
                null,
                null,
                null,
                null);

        assertThat(violations(draft::define))
                .extracting(Violation::pointer, Violation::message)
                .containsExactly(
                        tuple("/policy/overrides/0/call", "is not a known system call; is ptrace meant?"),
                        tuple(
                                "/policy/overrides/1/decision",
                                "cannot allow bpf: it is blocked in every jail, and no override can change this. The call has no namespace, and unprivileged_bpf_disabled may be 0 on a host"));
    }

    @Test
    void requiresNamePathAndAnAddress() {
        DefinitionDraft nothing = new DefinitionDraft(null, null, null, null, null, null, null, null, null, null);

        assertThat(violations(nothing::define))
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder("/name", "/path", "/ip");
    }

    @Test
    void namesWhatIsWrongWithTheEndOfAJail() {
        DefinitionDraft draft = new DefinitionDraft(
                "shop",
                null,
                "/jails/shop",
                null,
                List.of("198.18.0.5"),
                null,
                null,
                null,
                null,
                null,
                null,
                "KILL",
                0,
                null,
                null,
                null,
                null,
                "unless-stopped",
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);

        assertThat(violations(draft::define))
                .extracting(Violation::pointer)
                .containsExactly("/stopSignal", "/stopTimeout", "/restartPolicy", "/restartLimit");
    }

    private static List<Violation> violations(ThrowingCallable call) {
        InvalidDefinition[] refusal = new InvalidDefinition[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(InvalidDefinition.class, e -> refusal[0] = e);
        return refusal[0].violations();
    }
}
