package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.seccomp.Node.Comparison;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.ArgumentRule;
import dev.bailiwick.jail.syscall.ArgumentRule.Half;
import dev.bailiwick.jail.syscall.ArgumentRule.Term;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import dev.bailiwick.jail.syscall.WordSet;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Turns a policy into the filter of one architecture.
 *
 * <p>The program checks the architecture, then finds the call's number in a balanced tree of ranges with the same
 * verdict; only calls with an argument rule look further. Whatever the table does not know answers ENOSYS: another
 * architecture, numbers above the table, and so the x32 calls too, whose numbers carry bit 30.
 *
 * <p>Up to a call's verdict nothing but the architecture and number is read, so the kernel sees that an allowed call's
 * answer is constant and skips the filter for it altogether (seccomp_cache_prepare, since Linux 5.11).
 */
public final class SeccompCompiler {

    private static final Node NOT_IMPLEMENTED = returning(new Verdict.Deny(Errno.ENOSYS));

    private SeccompCompiler() {}

    /** @param now overrides that have ended by then do not count */
    public static SeccompFilter compile(Policy policy, Architecture architecture, Instant now) {
        NavigableMap<Long, Node> numbers = new TreeMap<>();
        numbers.put(0L, NOT_IMPLEMENTED);
        for (Syscall call : SyscallTable.linux().all()) {
            call.number(architecture).ifPresent(number -> {
                numbers.put((long) number, node(policy.ruling(call, now)));
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

    private static Node node(Ruling ruling) {
        return switch (ruling) {
            case Ruling.Settled(Verdict verdict) -> returning(verdict);
            case Ruling.ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                node(rule.term(), returning(then), returning(otherwise));
        };
    }

    private static Node node(Term term, Node then, Node otherwise) {
        return switch (term) {
            case Term.Word(int argument, Half half, int mask, WordSet within) -> {
                Node tree = DecisionTree.over(membership(within, then, otherwise));
                yield new Node.Load(offset(argument, half), mask == -1 ? tree : new Node.And(mask, tree));
            }
            case Term.All(List<Term> terms) -> {
                Node node = then;
                for (Term each : terms.reversed()) {
                    node = node(each, node, otherwise);
                }
                yield node;
            }
            case Term.Any(List<Term> terms) -> {
                Node node = otherwise;
                for (Term each : terms.reversed()) {
                    node = node(each, then, node);
                }
                yield node;
            }
        };
    }

    private static NavigableMap<Long, Node> membership(WordSet within, Node inside, Node outside) {
        NavigableMap<Long, Node> starts = new TreeMap<>();
        starts.put(0L, outside);
        for (WordSet.Range range : within.ranges()) {
            starts.put(range.from(), inside);
            if (range.to() < 0xFFFF_FFFFL) {
                starts.put(range.to() + 1, outside);
            }
        }
        return starts;
    }

    /** Little endian: the low half of an argument comes first. */
    private static int offset(int argument, Half half) {
        return Bpf.ARGUMENTS + argument * Long.BYTES + (half == Half.LOW ? 0 : Integer.BYTES);
    }

    private static Node returning(Verdict verdict) {
        return new Node.Return(ReturnValue.of(verdict));
    }
}
