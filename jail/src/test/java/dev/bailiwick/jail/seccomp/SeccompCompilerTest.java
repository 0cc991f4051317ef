package dev.bailiwick.jail.seccomp;

import static dev.bailiwick.jail.seccomp.Filters.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.policy.Outcome;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SeccompCompilerTest {

    private static final List<Profile> PROFILES = List.of(Profile.values());

    private static final Verdict NOT_IMPLEMENTED = new Verdict.Deny(Errno.ENOSYS);
    private static final int AUDIT_ARCH_I386 = 0x40000003;
    private static final int AUDIT_ARCH_ARM = 0x40000028;
    private static final long RLIMIT_CORE = 4;
    private static final int ALL = 1;
    private static final int SOME = 61;
    private static final int X32_BIT = 0x40000000;

    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void answersEveryRowAsItsOutcomeSays(Profile profile, Architecture architecture) {
        Policy policy = Policy.of(profile);

        long tried = compare(policy, architecture, ALL);

        System.out.printf("%s on %s: %d calls tried%n", profile.text(), architecture.text(), tried);
    }

    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void answersUnknownNumbersWithEnosys(Profile profile, Architecture architecture) {
        Interpreter filter = Filters.interpreter(Policy.of(profile), architecture);
        Set<Integer> known = new TreeSet<>();
        Filters.calls(architecture)
                .forEach(c -> known.add(c.number(architecture).orElseThrow()));
        List<Integer> numbers = new ArrayList<>(List.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xFFFF, 0x10000));
        for (int number = 0; number < 2048; number++) {
            numbers.add(number);
        }
        numbers.removeAll(known);

        assertThat(numbers).hasSizeGreaterThan(1500);
        for (int number : numbers) {
            assertThat(filter.verdict(SeccompData.of(architecture, number)))
                    .as("number %d", number)
                    .hasValue(NOT_IMPLEMENTED);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void answersEveryX32NumberWithEnosys(Profile profile) {
        Interpreter filter = Filters.interpreter(Policy.of(profile), Architecture.X86_64);

        for (int number = 0; number < 2048; number++) {
            assertThat(filter.verdict(SeccompData.of(Architecture.X86_64, X32_BIT | number)))
                    .as("x32 number %d", number)
                    .hasValue(NOT_IMPLEMENTED);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void answersForeignArchitecturesWithEnosysWhateverTheNumber(Profile profile, Architecture architecture) {
        Interpreter filter = Filters.interpreter(Policy.of(profile), architecture);
        List<Integer> foreign = new ArrayList<>(List.of(AUDIT_ARCH_I386, AUDIT_ARCH_ARM, 0, -1));
        for (Architecture other : Architecture.values()) {
            if (other != architecture) {
                foreign.add(other.auditValue());
            }
        }

        for (int auditValue : foreign) {
            for (int number = 0; number < 512; number++) {
                SeccompData data = new SeccompData(number, auditValue, 0, List.of(0L, 0L, 0L, 0L, 0L, 0L));
                assertThat(filter.verdict(data))
                        .as("architecture 0x%x, number %d", auditValue, number)
                        .hasValue(NOT_IMPLEMENTED);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void changesOnlyTheOverriddenCall(Architecture architecture) {
        for (String decision : List.of("log", "kill", "deny:EIO", "allow")) {
            for (String name : List.of("socket", "mount", "read", "ptrace", "clone", "ioctl")) {
                PolicyOverride override = override(name, decision, Optional.empty());
                compare(new Policy(Profile.HOSTING, List.of(override)), architecture, SOME);
            }
        }
    }

    @Test
    void turnsOverrideDecisionsIntoActions() {
        assertThat(answer("getpid", "log")).isEqualTo(0x7FFC_0000);
        assertThat(answer("getpid", "kill")).isEqualTo(0x8000_0000);
        assertThat(answer("getpid", "deny:EIO")).isEqualTo(0x0005_0005);
        assertThat(answer("mount", "allow")).isEqualTo(0x7FFF_0000);
    }

    @Test
    void compilesTheSameDecisionsOnce() {
        SeccompFilter first = SeccompCompiler.compile(
                withOverride(override("acct", "deny:EIO", Optional.empty())), Architecture.X86_64, NOW);
        PolicyOverride byAnother = new PolicyOverride(
                "acct",
                OverrideDecision.parse("deny:EIO"),
                "another reason",
                "another",
                Optional.of(NOW.plusSeconds(1)));

        assertThat(SeccompCompiler.compile(withOverride(byAnother), Architecture.X86_64, NOW))
                .isSameAs(first);
        assertThat(SeccompCompiler.compile(withOverride(byAnother), Architecture.AARCH64, NOW))
                .isNotSameAs(first);
        assertThat(SeccompCompiler.compile(withOverride(byAnother), Architecture.X86_64, NOW.plusSeconds(1)))
                .isNotSameAs(first);
    }

    @Test
    void leavesOutOverridesThatHaveEnded() {
        PolicyOverride ended = override("mount", "allow", Optional.of(NOW));
        PolicyOverride lasting = override("mount", "allow", Optional.of(NOW.plusSeconds(1)));

        assertThat(compiled(Policy.of(Profile.HOSTING))).isEqualTo(compiled(withOverride(ended)));
        assertThat(compiled(Policy.of(Profile.HOSTING))).isNotEqualTo(compiled(withOverride(lasting)));
    }

    /** With any limit other than 1, a program of the host's root handles a crash (core(5)). */
    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void leavesTheLimitOfCoreFilesAsItIsWhateverAnOverrideSays(Profile profile, Architecture architecture) {
        for (String decision : List.of("allow", "log", "watch:strict2002", "watch:kill")) {
            Interpreter filter = Filters.interpreter(
                    new Policy(
                            profile,
                            List.of(
                                    override("prlimit64", decision, Optional.empty()),
                                    override("setrlimit", decision, Optional.empty()))),
                    architecture);

            for (long garbage : new long[] {0, 1L << 32, 0xDEAD_BEEFL << 32}) {
                assertDoesNotPass(filter, data(architecture, "setrlimit", garbage | RLIMIT_CORE, 0x1000));
                for (int bit = 0; bit < Long.SIZE; bit++) {
                    assertDoesNotPass(
                            filter, data(architecture, "prlimit64", 0, garbage | RLIMIT_CORE, 1L << bit, 0x1000));
                }
                assertThat(filter.verdict(data(architecture, "prlimit64", 0, garbage | RLIMIT_CORE, 0, 0x1000)))
                        .isPresent()
                        .get()
                        .matches(Verdict::passes);
            }
        }
    }

    private static void assertDoesNotPass(Interpreter filter, SeccompData data) {
        assertThat(filter.verdict(data)).isPresent().get().matches(verdict -> !verdict.passes());
    }

    @ParameterizedTest
    @EnumSource(
            value = Profile.class,
            names = {"HOSTING", "SYSTEM"})
    void answersZeroToWhoChangesTheLimitOfCoreFiles(Profile profile) {
        Interpreter filter = Filters.interpreter(Policy.of(profile), Architecture.X86_64);

        assertThat(filter.run(data(Architecture.X86_64, "setrlimit", RLIMIT_CORE, 0x1000)))
                .isEqualTo(0x0005_0000);
        assertThat(filter.verdict(data(Architecture.X86_64, "prlimit64", 0, RLIMIT_CORE, 0x1000, 0)))
                .hasValue(new Verdict.Ignore());
        assertThat(filter.verdict(data(Architecture.X86_64, "prlimit64", 0, RLIMIT_CORE + 3, 0x1000, 0)))
                .hasValue(new Verdict.Allow());
        assertThat(filter.verdict(data(Architecture.X86_64, "setrlimit", RLIMIT_CORE + 3, 0x1000)))
                .hasValue(new Verdict.Allow());
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void keepsNamespaceFlagsRefusedUnderAnOverride(Architecture architecture) {
        Policy policy = new Policy(
                Profile.HOSTING,
                List.of(override("clone", "allow", Optional.empty()), override("unshare", "log", Optional.empty())));
        Interpreter filter = Filters.interpreter(policy, architecture);

        for (long flag :
                new long[] {0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000}) {
            assertThat(filter.verdict(data(architecture, "clone", flag | 17))).hasValue(new Verdict.Deny(Errno.EPERM));
            assertThat(filter.verdict(data(architecture, "clone", flag | 0xDEAD_BEEF_0000_0011L)))
                    .hasValue(new Verdict.Deny(Errno.EPERM));
            assertThat(filter.verdict(data(architecture, "unshare", flag))).hasValue(new Verdict.Deny(Errno.EPERM));
        }
        assertThat(filter.verdict(data(architecture, "clone", 17))).hasValue(new Verdict.Allow());
        assertThat(filter.verdict(data(architecture, "unshare", 0x200))).hasValue(new Verdict.Log());
    }

    /** A filter that blocks these two calls kills processes that the host traces (before Linux 6.14). */
    @ParameterizedTest
    @EnumSource(Profile.class)
    void letsTheKernelsOwnTrampolinesPass(Profile profile) {
        Interpreter filter = Filters.interpreter(Policy.of(profile), Architecture.X86_64);

        assertThat(filter.verdict(SeccompData.of(Architecture.X86_64, 335))).hasValue(new Verdict.Allow());
        assertThat(filter.verdict(SeccompData.of(Architecture.X86_64, 336))).hasValue(new Verdict.Allow());
    }

    /** The kernel caches the answer to a number if the filter reads nothing else; otherwise it runs the filter at each call. */
    @ParameterizedTest
    @MethodSource("dev.bailiwick.jail.seccomp.Filters#profilesAndArchitectures")
    void allowsWithoutLookingFurtherThanTheNumber(Profile profile, Architecture architecture) {
        Policy policy = Policy.of(profile);
        SeccompFilter filter = SeccompCompiler.compile(policy, architecture, NOW);
        List<Instruction> program = Instruction.read(filter.program());
        Interpreter interpreter = Interpreter.load(filter.program());

        for (Syscall call : Filters.calls(architecture)) {
            if (policy.ruling(call, NOW).equals(new Ruling.Settled(new Verdict.Allow()))) {
                Set<Integer> read = new TreeSet<>();
                interpreter.run(Filters.data(architecture, call, List.of()), new Interpreter.Visitor() {
                    @Override
                    public void runs(int at) {
                        if (program.get(at).code() == Bpf.LOAD_WORD) {
                            read.add(program.get(at).k());
                        }
                    }
                });
                assertThat(read).as(call.name()).containsExactlyInAnyOrder(Bpf.NUMBER, Bpf.ARCHITECTURE);
            }
        }
    }

    @RepeatedTest(20)
    void answersRandomPoliciesAsTheirOutcomesSay() {
        long seed = Long.getLong("bailiwick.seed", 1);
        System.out.println("Random filters: -Dbailiwick.seed=" + seed);
        Random random = new Random(seed);
        List<String> decisions =
                List.of("allow", "log", "kill", "deny:EPERM", "deny:EIO", "deny:ENOSYS", "deny:EINVAL");
        double share = random.nextDouble();
        List<PolicyOverride> overrides = new ArrayList<>();
        for (Syscall call : SyscallTable.linux().all()) {
            String decision = decisions.get(random.nextInt(decisions.size()));
            boolean widens = decision.equals("allow") || decision.equals("log");
            if (random.nextDouble() < share && !(widens && call.floor().isPresent())) {
                overrides.add(override(
                        call.name(),
                        decision,
                        random.nextInt(4) == 0
                                ? Optional.of(NOW.plusSeconds(random.nextInt(-2, 3)))
                                : Optional.empty()));
            }
        }
        Policy policy = new Policy(PROFILES.get(random.nextInt(PROFILES.size())), overrides);

        for (Architecture architecture : Architecture.values()) {
            compare(policy, architecture, SOME);
        }
    }

    /** Compares program and outcome for each row and every {@code stride}th of its interesting calls; returns the number of calls. */
    private static long compare(Policy policy, Architecture architecture, int stride) {
        Interpreter filter = Filters.interpreter(policy, architecture);
        long tried = 0;
        for (Syscall call : Filters.calls(architecture)) {
            List<List<Long>> interesting = Filters.interestingArguments(policy.ruling(call, NOW));
            for (int i = 0; i < interesting.size(); i += stride) {
                List<Long> arguments = interesting.get(i);
                Optional<Verdict> answer = filter.verdict(Filters.data(architecture, call, arguments));
                Verdict expected =
                        Outcome.of(policy, call, NOW, Filters.array(arguments)).verdict();
                if (!answer.equals(Optional.of(expected))) {
                    assertThat(answer).as("%s%s", call.name(), arguments).hasValue(expected);
                }
                tried++;
            }
        }
        return tried;
    }

    private static int answer(String call, String decision) {
        return Filters.interpreter(withOverride(override(call, decision, Optional.empty())), Architecture.X86_64)
                .run(data(Architecture.X86_64, call));
    }

    private static SeccompData data(Architecture architecture, String call, long... arguments) {
        Syscall row = SyscallTable.linux().find(call).orElseThrow();
        return SeccompData.of(architecture, row.number(architecture).orElseThrow(), arguments);
    }

    private static byte[] compiled(Policy policy) {
        return SeccompCompiler.compile(policy, Architecture.X86_64, NOW).program();
    }

    private static Policy withOverride(PolicyOverride override) {
        return new Policy(Profile.HOSTING, List.of(override));
    }

    private static PolicyOverride override(String call, String decision, Optional<Instant> until) {
        return new PolicyOverride(call, OverrideDecision.parse(decision), "a test", "tester", until);
    }
}
