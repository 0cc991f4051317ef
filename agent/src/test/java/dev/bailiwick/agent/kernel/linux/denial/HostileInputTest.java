package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.Mutations;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent reads any bytes as an audit record or a stored policy, or ignores them. */
class HostileInputTest {

    private static final JailId JAIL = JailId.parse("5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10");

    @TempDir
    private Path directory;

    @Test
    void readsAnAuditRecordOrNone() {
        Mutations.tryOn(
                "AUDIT",
                HostileInputTest::readAuditRecord,
                "audit(1795486238.815:200002): uid=1500053504 arch=c000003e syscall=110 code=0x50000"
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void readAuditRecord(byte[] input) {
        AuditRecord.parse(ByteBuffer.wrap(input), 0, input.length)
                .ifPresent(record -> assertThat(AuditRecord.parse(ByteBuffer.wrap(input), 0, input.length))
                        .contains(record));
    }

    @Test
    void knowsNoPolicyWhereItsFileIsDamaged() throws IOException {
        Path file = Files.createDirectories(directory.resolve(JAIL.toString())).resolve("filter");
        Mutations.tryOn(
                "LOADED_POLICY",
                input -> {
                    try {
                        Files.write(file, input);
                        LoadedPolicies policies = new LoadedPolicies(directory);
                        policies.adopt(JAIL);
                        policies.of(JAIL).ifPresent(policy -> {
                            new LoadedPolicies(directory).loading(JAIL, policy, Instant.EPOCH);
                            LoadedPolicies again = new LoadedPolicies(directory);
                            again.adopt(JAIL);
                            assertThat(again.of(JAIL)).hasValue(policy);
                        });
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "hosting\nptrace allow\nmount deny:EACCES\nsync log\n".getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
