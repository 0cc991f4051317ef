package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The cases that the tests of filters share, and the calls that they try. */
final class Filters {

    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private Filters() {}

    static Stream<Arguments> profilesAndArchitectures() {
        return Arrays.stream(Profile.values())
                .flatMap(p -> Arrays.stream(Architecture.values()).map(a -> Arguments.of(p, a)));
    }

    static Interpreter interpreter(Policy policy, Architecture architecture) {
        return Interpreter.load(
                SeccompCompiler.compile(policy, architecture, NOW).program());
    }

    /** Returns the rows that the architecture has. */
    static List<Syscall> calls(Architecture architecture) {
        return SyscallTable.linux().all().stream()
                .filter(c -> c.number(architecture).isPresent())
                .toList();
    }

    static SeccompData data(Architecture architecture, Syscall call, List<Long> arguments) {
        return SeccompData.of(architecture, call.number(architecture).orElseThrow(), array(arguments));
    }

    /** Returns the arguments to try for a ruling; for a settled one, none and garbage. */
    static List<List<Long>> interestingArguments(Ruling ruling) {
        return switch (ruling) {
            case Ruling.Settled settled -> List.of(List.of(), List.of(-1L, -1L, -1L, -1L, -1L, -1L));
            case Ruling.ByArguments byArguments -> byArguments.rule().interestingArguments();
            case Ruling.Watched watched ->
                watched.rules().stream()
                        .flatMap(rule -> rule.interestingArguments().stream())
                        .toList();
        };
    }

    static long[] array(List<Long> arguments) {
        return arguments.stream().mapToLong(Long::longValue).toArray();
    }
}
