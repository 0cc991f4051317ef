package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.protocol.v1.Denials;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DenialWireTest {

    private static final Denial DENIAL = new Denial(
            new JailId(UUID.randomUUID()),
            "ptrace",
            new DenialAnswer.Failed(Errno.EPERM),
            7,
            true,
            Instant.parse("2026-11-24T12:00:00.123Z"));

    @Test
    void comesBackAsItWent() {
        assertThat(DenialWire.fromWire(DenialWire.toWire(DENIAL))).isEqualTo(DENIAL);
        for (DenialAnswer answer :
                List.of(new DenialAnswer.FailedSomehow(), new DenialAnswer.Killed(), new DenialAnswer.Logged())) {
            Denial other = new Denial(DENIAL.jail(), Denial.X32, answer, 1, false, DENIAL.lastSeen());
            assertThat(DenialWire.fromWire(DenialWire.toWire(other))).isEqualTo(other);
        }
    }

    @Test
    void readsWhatALaterVersionCallsByNamesOfItsOwn() {
        Denial read = DenialWire.fromWire(DenialWire.toWire(DENIAL).toBuilder()
                .setCall("teleport")
                .setAnswer("EWARP")
                .build());
        assertThat(read.call()).isEqualTo(Denial.UNKNOWN);
        assertThat(read.answer()).isEqualTo(new DenialAnswer.FailedSomehow());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesCountsThatCanNotBe(long count) {
        var wire = DenialWire.toWire(DENIAL).toBuilder().setCount(count).build();
        assertThatThrownBy(() -> DenialWire.fromWire(wire)).isInstanceOf(MalformedMessage.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesTimesThatCanNotBe(long millis) {
        var wire = DenialWire.toWire(DENIAL).toBuilder()
                .setLastSeenEpochMillis(millis)
                .build();
        assertThatThrownBy(() -> DenialWire.fromWire(wire)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void refusesABatchThatDoesNotSayWhichItIs() {
        assertThatThrownBy(() -> DenialWire.run(Denials.newBuilder()
                        .setRun(UUID.randomUUID().toString())
                        .build()))
                .isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> DenialWire.run(
                        Denials.newBuilder().setRun("now").setSequence(1).build()))
                .isInstanceOf(MalformedMessage.class);
    }
}
