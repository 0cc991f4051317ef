package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentRuleTest {

    private static final long NAMESPACES = 0x7E020000L;
    private static final Set<Integer> NOT_IN_A_JAIL = Set.of(0x5412, 0x541C, 0x541D, 0x401C5820);
    private static final Set<Integer> PERSONALITIES = Set.of(0, 8, 0x20000, 0x20008, -1);
    private static final Set<Integer> ENDS = Set.of(0x01234567, 0xCDEF0123, 0x4321FEDC, 0xA1B2C3D4);

    /** The rules of {@code hosting}, written again by hand in Java. */
    private static final Map<String, Predicate<long[]>> BY_HAND = Map.of(
            "ioctl", a -> !NOT_IN_A_JAIL.contains((int) a[1]),
            "socket",
                    a -> switch ((int) a[0]) {
                        case 1, 10 -> true;
                        case 2 -> ((int) a[1] & 0xF) != 10;
                        case 16 -> (int) a[2] == 0 || (int) a[2] == 4;
                        default -> false;
                    },
            "socketpair", a -> (int) a[0] == 1,
            "clone", a -> (a[0] & NAMESPACES) == 0,
            "unshare", a -> (a[0] & ~(0x200L | 0x400L | 0x40000L)) == 0,
            "mknod", a -> (a[1] & 0020000) == 0,
            "mknodat", a -> (a[2] & 0020000) == 0,
            "personality", a -> PERSONALITIES.contains((int) a[0]),
            "reboot", a -> ENDS.contains((int) a[2]));

    /** Calls that report success although nothing is done. */
    private static final Map<String, Predicate<long[]>> IGNORED_BY_HAND =
            Map.of("setrlimit", a -> (int) a[0] == 4, "prlimit64", a -> (int) a[1] == 4 && a[2] != 0);

    /** The rules in which {@code system} differs. */
    private static final Map<String, Predicate<long[]>> AMENDED_BY_HAND = Map.of(
            "mount",
            a -> (a[3] & 0x20) == 0 || ((a[3] & 1) != 0 && (a[3] & 4) != 0),
            "socket",
            a -> (int) a[0] == 16
                    ? (int) a[2] == 0 || (int) a[2] == 4 || (int) a[2] == 15
                    : BY_HAND.getOrDefault("socket", _ -> false).test(a));

    @ParameterizedTest
    @EnumSource(
            value = Profile.class,
            names = {"HOSTING", "SYSTEM"})
    void meansInTheTableWhatAPersonWouldSay(Profile profile) {
        long seed = Long.getLong("bailiwick.seed", 1);
        System.out.println("Random rules: -Dbailiwick.seed=" + seed);
        Random random = new Random(seed);
        Map<String, ArgumentRule> rules = rules(profile);
        Map<String, Predicate<long[]>> expected = new TreeMap<>(BY_HAND);
        expected.putAll(IGNORED_BY_HAND);
        if (profile == Profile.SYSTEM) {
            expected.putAll(AMENDED_BY_HAND);
        }

        assertThat(rules).containsOnlyKeys(expected.keySet());
        rules.forEach((call, rule) -> {
            Predicate<long[]> byHand = expected.getOrDefault(call, a -> false);
            for (List<Long> interesting : rule.interestingArguments()) {
                long[] arguments =
                        interesting.stream().mapToLong(Long::longValue).toArray();
                assertThat(rule.holds(arguments)).as("%s%s", call, interesting).isEqualTo(byHand.test(arguments));
            }
            for (int i = 0; i < 10_000; i++) {
                long[] arguments = random.longs(6).toArray();
                assertThat(rule.holds(arguments)).as(call).isEqualTo(byHand.test(arguments));
            }
        });
    }

    @Test
    void ignoresGarbageAbove32BitArguments() {
        ArgumentRule rule = ArgumentRule.parse("low32(arg1) not in {0x5412}");

        assertThat(rule.holds(0, 0x5412)).isFalse();
        assertThat(rule.holds(0, 0xDEAD_BEEF_0000_5412L)).isFalse();
        assertThat(rule.holds(0, 0x5413)).isTrue();
    }

    @Test
    void comparesAll64BitsOfAPointer() {
        ArgumentRule rule = ArgumentRule.parse("arg2==0");

        assertThat(rule.holds(0, 0, 0)).isTrue();
        assertThat(rule.holds(0, 0, 1)).isFalse();
        assertThat(rule.holds(0, 0, 1L << 32)).isFalse();
        assertThat(ArgumentRule.parse("arg2!=0").holds(0, 0, 1L << 63)).isTrue();
    }

    @Test
    void readsRangesMasksAndCombinations() {
        ArgumentRule rule = ArgumentRule.parse(
                "low32(arg0) in {1..3,0x10} or ((low32(arg1) & 0170000)==0010000 and low32(arg2)!=5)");

        assertThat(rule.holds(3)).isTrue();
        assertThat(rule.holds(4)).isFalse();
        assertThat(rule.holds(16)).isTrue();
        assertThat(rule.holds(4, 0010644, 6)).isTrue();
        assertThat(rule.holds(4, 0010644, 5)).isFalse();
        assertThat(rule.arguments()).containsExactly(0, 1, 2);
    }

    @Test
    void suppliesBothSidesOfEveryBoundary() {
        ArgumentRule rule = ArgumentRule.parse("low32(arg0) in {8..9}");

        assertThat(rule.interestingArguments())
                .contains(call(7), call(8), call(9), call(10), call(8 | 1L << 32), call(-1))
                .allSatisfy(arguments -> assertThat(arguments).hasSize(6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "arg0",
                "arg6==1",
                "arg0==",
                "arg0==1 or",
                "arg0==089",
                "(arg0==1",
                "arg0==1)",
                "low32(arg0) in {}",
                "low32(arg0) in {1,}",
                "arg0 in {1,2}",
                "arg0 ~ 1",
                "low32(7)==1",
                "low32(arg0) in {2..1}",
                "low32(arg0) in {0x100000000}",
                "low32(arg0)==0x100000000",
                "low32(arg0)!=0x100000001",
                "(low32(arg0) & 0x100000001)==1"
            })
    void refusesWhatDoesNotRead(String text) {
        assertThatThrownBy(() -> ArgumentRule.parse(text)).isInstanceOf(MalformedTable.class);
    }

    private static List<Long> call(long first) {
        return List.of(first, 0L, 0L, 0L, 0L, 0L);
    }

    private static Map<String, ArgumentRule> rules(Profile profile) {
        Map<String, ArgumentRule> rules = new TreeMap<>();
        for (Syscall call : SyscallTable.linux().all()) {
            if (call.decision(profile) instanceof Decision.AllowIf(ArgumentRule rule, Errno otherwise)) {
                rules.put(call.name(), rule);
            }
            if (call.decision(profile) instanceof Decision.IgnoreIf(ArgumentRule rule)) {
                rules.put(call.name(), rule);
            }
        }
        return rules;
    }
}
