package dev.bailiwick.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DenialsTaken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DenialLedgerTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final DenialLedger ledger = new DenialLedger();

    @Test
    void sumsUpWhatWaitsByTheHour() {
        ledger.add(List.of(denial(1, 2, NOON), denial(2, 1, NOON)));
        ledger.add(List.of(denial(1, 3, NOON.plusSeconds(5)), denial(1, 4, NOON.plus(Duration.ofHours(1)))));

        assertThat(ledger.take().orElseThrow().getDenialsList())
                .extracting(DenialWire::fromWire)
                .containsExactly(
                        denial(1, 5, NOON.plusSeconds(5)),
                        denial(2, 1, NOON),
                        denial(1, 4, NOON.plus(Duration.ofHours(1))));
    }

    @Test
    void sendsTheSameBatchUntilItIsTaken() {
        ledger.add(List.of(denial(1, 2, NOON)));
        Denials first = ledger.take().orElseThrow();
        ledger.add(List.of(denial(1, 3, NOON)));
        assertThat(ledger.take()).isEmpty();
        ledger.sendAgain();
        assertThat(ledger.take()).contains(first);

        ledger.taken(taken(first));
        Denials second = ledger.take().orElseThrow();
        assertThat(second.getRun()).isEqualTo(first.getRun());
        assertThat(second.getSequence()).isEqualTo(first.getSequence() + 1);
        assertThat(second.getDenialsList()).extracting(DenialWire::fromWire).containsExactly(denial(1, 3, NOON));
        ledger.taken(taken(second));
        assertThat(ledger.take()).isEmpty();
    }

    @Test
    void believesNoAnswerToAnotherBatch() {
        ledger.add(List.of(denial(1, 2, NOON)));
        Denials batch = ledger.take().orElseThrow();
        ledger.taken(taken(batch.toBuilder().setSequence(9).build()));
        ledger.taken(taken(batch.toBuilder().setRun("other").build()));
        ledger.sendAgain();
        assertThat(ledger.take()).contains(batch);
    }

    @Test
    void staysBoundedHoweverLongTheServerIsAway() {
        for (int hour = 0; hour < 60; hour++) {
            for (int jail = 0; jail < 1_000; jail++) {
                ledger.add(List.of(denial(jail, 1, NOON.plus(Duration.ofHours(hour)))));
            }
        }
        int rows = 0;
        boolean marked = false;
        Optional<Denials> batch = ledger.take();
        while (batch.isPresent()) {
            rows += batch.get().getDenialsCount();
            marked |= batch.get().getDenials(0).getAtLeast();
            assertThat(batch.get().getSerializedSize()).isLessThan(1 << 20);
            ledger.taken(taken(batch.get()));
            batch = ledger.take();
        }
        assertThat(rows).isEqualTo(50_000);
        assertThat(marked).as("incomplete counts are marked").isTrue();
        ledger.add(List.of(denial(1, 1, NOON)));
        assertThat(ledger.take().orElseThrow().getDenials(0).getAtLeast()).isFalse();
    }

    @Test
    void leavesRoomForAQuietJailBesideALoudOne() {
        for (int hour = 0; hour < 60_000; hour++) {
            ledger.add(List.of(denial(1, 1, NOON.plus(Duration.ofHours(hour)))));
        }
        ledger.add(List.of(denial(2, 7, NOON)));
        List<Denial> sent = new ArrayList<>();
        for (Optional<Denials> batch = ledger.take(); batch.isPresent(); batch = ledger.take()) {
            batch.get().getDenialsList().forEach(wire -> sent.add(DenialWire.fromWire(wire)));
            ledger.taken(taken(batch.get()));
        }
        assertThat(sent).hasSize(50_001).contains(denial(2, 7, NOON));
        assertThat(sent.getFirst().atLeast())
                .as("the loud jail's count is marked as incomplete")
                .isTrue();
    }

    private static DenialsTaken taken(Denials batch) {
        return DenialsTaken.newBuilder()
                .setRun(batch.getRun())
                .setSequence(batch.getSequence())
                .build();
    }

    private static Denial denial(int jail, long count, Instant at) {
        return new Denial(Jails.id(jail), "ptrace", new DenialAnswer.Failed(Errno.EPERM), count, false, at);
    }
}
