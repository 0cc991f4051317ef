package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditRecordTest {

    private static final String ORDINARY =
            "audit(1795486238.815:200002): auid=4294967295 uid=1500053504 gid=1500053504 ses=4294967295 pid=9551 "
                    + "comm=\"flood\" exe=\"/usr/bin/flood\" sig=0 arch=c000003e syscall=110 compat=0 ip=0x7f9c6f8ea829 "
                    + "code=0x50000";

    @Test
    void readsWhatTheKernelWrites() {
        assertThat(parse(ORDINARY)).contains(new AuditRecord(1_500_053_504L, 0xC000003E, 110, 0x50000));
    }

    @Test
    void readsKillAndWatchedCalls() {
        assertThat(parse(ORDINARY.replace("0x50000", "0x80000000")))
                .map(AuditRecord::action)
                .contains(0x8000_0000);
        assertThat(parse(ORDINARY.replace("0x50000", "0x7ffc0000")))
                .map(AuditRecord::action)
                .contains(0x7ffc_0000);
    }

    @Test
    void readsTheHighestIdAndNegativeNumbers() {
        assertThat(parse(ORDINARY.replace(" uid=1500053504", " uid=4294967295")))
                .map(AuditRecord::user)
                .contains(4_294_967_295L);
        assertThat(parse(ORDINARY.replace("syscall=110", "syscall=-1")))
                .map(AuditRecord::call)
                .contains(-1L);
    }

    @Test
    void ignoresLabelsAndWhatLaterKernelsMayAdd() {
        assertThat(parse(ORDINARY.replace(" pid=", " subj=unconfined_u:unconfined_r:t:s0 pid=") + " more=1\0"))
                .contains(new AuditRecord(1_500_053_504L, 0xC000003E, 110, 0x50000));
    }

    /** The kernel never writes a blank that a process chose; if it did, the parser would reject the record. */
    @ParameterizedTest
    @ValueSource(strings = {"x uid=0", "x syscall=1", "x arch=0", "x code=0x0"})
    void believesNoNameThatLooksLikeAField(String name) {
        assertThat(parse(ORDINARY.replace("\"flood\"", '"' + name + '"'))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "uid=",
                " uid= arch= syscall= code=0x",
                "audit(",
                "uid=99999999999 arch=c000003e syscall=1 code=0x50000",
                "uid=4294967296 arch=c000003e syscall=1 code=0x50000",
                "uid=1x arch=c000003e syscall=1 code=0x50000",
                "uid=- arch=c000003e syscall=1 code=0x50000",
                "uid=1 arch=c000003e syscall=1 code=50000"
            })
    void refusesWhatIsNoRecord(String text) {
        assertThat(parse(text)).isEmpty();
    }

    @Test
    void survivesWhateverComes() {
        long seed = Long.getLong("bailiwick.seed", 1);
        Random random = new Random(seed);
        byte[] ordinary = ORDINARY.getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 50_000; round++) {
            byte[] damaged = ordinary.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            int end = random.nextInt(damaged.length + 1);
            assertThat(AuditRecord.parse(ByteBuffer.wrap(damaged), 0, end))
                    .as("-Dbailiwick.seed=%d, round %d", seed, round)
                    .satisfiesAnyOf(
                            record -> assertThat(record).isEmpty(),
                            record ->
                                    assertThat(record.orElseThrow().user()).isBetween(-4_294_967_295L, 4_294_967_295L));
        }
    }

    private static Optional<AuditRecord> parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return AuditRecord.parse(ByteBuffer.wrap(bytes), 0, bytes.length);
    }
}
