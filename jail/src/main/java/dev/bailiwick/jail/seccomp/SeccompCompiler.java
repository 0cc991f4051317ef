package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.seccomp.Node.Comparison;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.ArgumentRule;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Compiles a policy into the filter of one architecture.
 *
 * <p>The program checks the architecture, then finds the call's number in a balanced tree of ranges with the same ruling. It answers
 * ENOSYS to everything outside the table: another architecture, and numbers above the table, which include the x32 calls, whose
 * numbers have bit 30 set.
 *
 * <p>It reads arguments only for a call with an argument rule. So the kernel sees that the answer to any other allowed call is
 * constant, and skips the filter for it (seccomp_cache_prepare, since Linux 5.11).
 */
public final class SeccompCompiler {

    private static final Node NOT_IMPLEMENTED = returning(new Verdict.Deny(Errno.ENOSYS));

    private static final RecentFilters RECENT = new RecentFilters();

    private SeccompCompiler() {}

    /** @param now overrides that have ended by this time do not count */
    public static SeccompFilter compile(Policy policy, Architecture architecture, Instant now) {
        return RECENT.get(policy, architecture, now, () -> compileAnew(policy, architecture, now));
    }

    private static SeccompFilter compileAnew(Policy policy, Architecture architecture, Instant now) {
        NavigableMap<Long, Node> numbers = new TreeMap<>();
        numbers.put(0L, NOT_IMPLEMENTED);
        for (Syscall call : SyscallTable.linux().all()) {
            call.number(architecture).ifPresent(number -> {
                numbers.put((long) number, node(policy.ruling(call, now), SeccompCompiler::returning));
                numbers.putIfAbsent(number + 1L, NOT_IMPLEMENTED);
            });
        }
        Node root = new Node.Load(
                Bpf.ARCHITECTURE,
                new Node.Branch(
                        Comparison.EQUAL,
                        architecture.auditValue(),
                        new Node.Load(Bpf.NUMBER, DecisionTree.over(numbers)),
                        NOT_IMPLEMENTED));
        return new SeccompFilter(architecture, Layout.of(root));
    }

    /** @param leaf creates the node for a verdict */
    private static Node node(Ruling ruling, Function<Verdict, Node> leaf) {
        return switch (ruling) {
            case Ruling.Settled(Verdict verdict) -> leaf.apply(verdict);
            case Ruling.ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                RuleGraph.of(rule.term(), leaf.apply(then), leaf.apply(otherwise));
            case Ruling.Watched(Ruling own, Ruling staged) ->
                node(own, is -> node(staged, would -> leaf.apply(Ruling.watched(is, would))));
        };
    }

    private static Node returning(Verdict verdict) {
        return new Node.Return(ReturnValue.of(verdict));
    }
}
