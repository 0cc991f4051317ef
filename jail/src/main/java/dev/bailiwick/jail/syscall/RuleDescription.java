package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.syscall.ArgumentRuleParser.Clause;
import dev.bailiwick.jail.syscall.ArgumentRuleParser.Operand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Describes a condition on the arguments of one call in words. */
final class RuleDescription {

    private static final List<String> ORDINALS = List.of("first", "second", "third", "fourth", "fifth", "sixth");

    /** A mask with more bits than this is described by the bits that it leaves out. */
    private static final int MANY_BITS = 16;

    private final ArgumentNames names;
    private final String call;
    private final Set<Integer> mentioned = new HashSet<>();

    RuleDescription(ArgumentNames names, String call) {
        this.names = names;
        this.call = call;
    }

    /** Describes an argument, for example {@code the first argument (flags)}. */
    static String argument(Syscall call, int argument) {
        return new RuleDescription(ArgumentNames.linux(), call.name()).argument(argument);
    }

    String of(Clause clause) {
        return switch (clause) {
            case Clause.Equal equal -> describe(equal);
            case Clause.In(Operand operand, WordSet set, boolean within) -> describe(operand, set, within);
            case Clause.All(List<Clause> clauses) -> join(clauses, " and ");
            case Clause.Any(List<Clause> clauses) -> join(clauses, ", or ");
        };
    }

    private String join(List<Clause> clauses, String by) {
        return clauses.stream().map(this::of).collect(Collectors.joining(by));
    }

    private String describe(Clause.Equal test) {
        Operand operand = test.operand();
        long value = test.value();
        if (operand.isMasked() && field(operand).isEmpty()) {
            if (value == 0) {
                return none(operand, test.equal());
            }
            if (value == operand.mask()) {
                return argument(operand.argument())
                        + (test.equal() ? " has " : " does not have ")
                        + enumerate(flags(operand, value), "and");
            }
        }
        return subject(operand) + (test.equal() ? " is " : " is not ") + value(operand, value);
    }

    /** Says that no bit under the mask is set, or that some bits are. */
    private String none(Operand operand, boolean none) {
        String argument = argument(operand.argument());
        if (Long.bitCount(operand.mask()) <= MANY_BITS) {
            List<String> flags = flags(operand, operand.mask());
            return flags.size() == 1
                    ? argument + (none ? " does not have " : " has ") + flags.getFirst()
                    : argument + (none ? " has none of " : " has any of ") + enumerate(flags, "or");
        }
        long rest = ~operand.mask() & (operand.wide() ? -1 : 0xFFFF_FFFFL);
        return argument
                + (none ? " has no flag other than " : " has a flag other than ")
                + enumerate(flags(operand, rest), "and");
    }

    private String describe(Operand operand, WordSet set, boolean within) {
        List<String> values = set.ranges().stream()
                .flatMap(range ->
                        LongStream.rangeClosed(range.from(), range.to()).mapToObj(value -> value(operand, value)))
                .toList();
        if (values.size() == 2) {
            return subject(operand)
                    + (within ? " is " : " is neither ")
                    + values.getFirst()
                    + (within ? " or " : " nor ")
                    + values.getLast();
        }
        return subject(operand) + (within ? " is one of " : " is none of ") + enumerate(values, "or");
    }

    private static String enumerate(List<String> values, String last) {
        return values.size() == 1
                ? values.getFirst()
                : String.join(", ", values.subList(0, values.size() - 1)) + " " + last + " " + values.getLast();
    }

    private String subject(Operand operand) {
        String argument = argument(operand.argument());
        return operand.isMasked()
                ? "the " + field(operand).orElse(hex(operand.mask()) + " part") + " in " + argument
                : argument;
    }

    /** Describes the argument, in full at the first mention. */
    private String argument(int argument) {
        Optional<String> name = names.argument(call, argument);
        if (!mentioned.add(argument) && name.isPresent()) {
            return "the " + name.get() + " argument";
        }
        return "the " + ORDINALS.get(argument) + " argument"
                + name.map(known -> " (" + known + ")").orElse("");
    }

    private Optional<String> field(Operand operand) {
        return names.field(call, operand.argument(), operand.mask());
    }

    private String value(Operand operand, long value) {
        return names.value(call, operand.argument(), value)
                .orElseGet(() -> value < 10 ? String.valueOf(value) : hex(value));
    }

    private List<String> flags(Operand operand, long mask) {
        List<String> flags = new ArrayList<>();
        for (long bits = mask; bits != 0; bits &= bits - 1) {
            long bit = Long.lowestOneBit(bits);
            flags.add(names.flag(call, operand.argument(), bit).orElseGet(() -> hex(bit)));
        }
        return flags;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
