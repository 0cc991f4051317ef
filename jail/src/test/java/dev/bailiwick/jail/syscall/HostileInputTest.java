package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.Mutations;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * For any text, each parser of a policy's parts returns a value or throws its own exception. A value that is written and read again
 * has the same meaning.
 */
class HostileInputTest {

    enum Target {
        CALL_ARGUMENTS(
                HostileInputTest::readArguments,
                "2,0x10000000,-1",
                "18446744073709551615, 0XffffFFFFffffFFFF",
                "1,\u0663"),
        OVERRIDE_DECISION(HostileInputTest::readDecision, "allow", "deny", "deny:EPERM", "log", "kill"),
        CALL_NAME(HostileInputTest::readName, "ptrace", "settimeofday", "io_uring_register"),
        ARGUMENT_RULE(
                HostileInputTest::readRule,
                "low32(arg0) in {1..3,0x10} or ((low32(arg1) & 0170000)==0010000 and low32(arg2)!=5)",
                "(arg0 & 0x7E020000)==0 and low32(arg1) not in {0x5412,0xFFFFFFFF}",
                "arg2==18446744073709551615"),
        DECISION(
                HostileInputTest::readCell,
                "allow",
                "allow-if low32(arg0)==1",
                "contained-by userns-caps",
                "deny-EPERM");

        @SuppressWarnings("ImmutableEnumChecker") // keeps nothing
        private final Consumer<String> parser;

        @SuppressWarnings("ImmutableEnumChecker") // only copied
        private final byte[][] valid;

        Target(Consumer<String> parser, String... valid) {
            this.parser = parser;
            this.valid = Stream.of(valid)
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
        }
    }

    @ParameterizedTest
    @EnumSource
    void standsSeededMutations(Target target) {
        Mutations.tryOn(target, input -> target.parser.accept(new String(input, StandardCharsets.UTF_8)), target.valid);
    }

    private static void readArguments(String text) {
        try {
            CallArguments arguments = CallArguments.parse(text);
            assertThat(text.chars().filter(c -> !Character.isWhitespace(c)))
                    .as("digits as a person reads them")
                    .allMatch(c -> "0123456789abcdefABCDEFxX,-".indexOf(c) >= 0);
            assertThat(arguments.values())
                    .hasSizeLessThanOrEqualTo(6)
                    .allMatch(value -> CallArguments.value(CallArguments.text(value)) == value);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readDecision(String text) {
        try {
            OverrideDecision decision = OverrideDecision.parse(text);
            assertThat(OverrideDecision.parse(decision.text())).isEqualTo(decision);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readName(String text) {
        try {
            assertThat(SyscallTable.linux().named(text).name()).isEqualTo(text);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readRule(String text) {
        try {
            ArgumentRule rule = ArgumentRule.parse(text);
            assertThat(rule.arguments()).allMatch(argument -> argument >= 0 && argument < 6);
            assertThat(ArgumentRule.parse("(" + text + ")").term())
                    .as("in parentheses")
                    .isEqualTo(rule.term());
            ArgumentRule always = ArgumentRule.parse(text + " or arg0==0 or arg0!=0");
            Random random = new Random(text.hashCode());
            for (int i = 0; i < 4; i++) {
                long[] arguments = random.longs(random.nextInt(7), 0, 3).toArray();
                assertThat(always.holds(arguments)).isTrue();
                assertThat(ArgumentRule.parse("(" + text + ") and arg0==0").holds(arguments))
                        .as("as a part of another")
                        .isEqualTo(rule.holds(arguments)
                                && ArgumentRule.parse("arg0==0").holds(arguments));
            }
        } catch (MalformedTable e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readCell(String cell) {
        try {
            assertThat(Decision.parse(cell, "EPERM").text()).isNotEmpty();
        } catch (MalformedTable e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
