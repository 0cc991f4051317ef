package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.bailiwick.jail.validation.InvalidValue;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallArgumentsTest {

    @Test
    void readsDecimalAndHexadecimal() {
        assertThat(CallArguments.parse("2, 0x10000000,-1,18446744073709551615,0XffffFFFFffffFFFF")
                        .values())
                .containsExactly(2L, 0x10000000L, -1L, -1L, -1L);
        assertThat(CallArguments.parse(" ").values()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"two", "1,", "0x", "18446744073709551616", "0x10000000000000000", "1.5", "+-1", "0x+1f", "\u0663"
            })
    void refusesWhatIsNoNumber(String text) {
        assertThatThrownBy(() -> CallArguments.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void refusesASeventhArgument() {
        assertThatThrownBy(() -> CallArguments.parse("1,2,3,4,5,6,7"))
                .isInstanceOfSatisfying(
                        InvalidValue.class,
                        e -> assertThat(e.reason()).isEqualTo("has 7 arguments; a call has at most 6"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ptrcae", "ptrac", "Ptrace", "ptracee"})
    void namesWhatIsNear(String typed) {
        assertThatThrownBy(() -> SyscallTable.linux().named(typed))
                .isInstanceOfSatisfying(
                        InvalidValue.class,
                        e -> assertThat(e.reason()).isEqualTo("is not a known system call; is ptrace meant?"));
    }

    @Test
    void looksForNothingNearALongText() {
        String typed = "ptrace".repeat(100_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> SyscallTable.linux().named(typed))
                        .isInstanceOf(InvalidValue.class));
    }

    @Test
    void namesNothingWhereNothingIsNear() {
        assertThatThrownBy(() -> SyscallTable.linux().named("teleport"))
                .isInstanceOfSatisfying(
                        InvalidValue.class, e -> assertThat(e.reason()).isEqualTo("is not a known system call"));
    }
}
