package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.agent.Mutations;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.jail.InvalidDefinition;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PolicyDraft;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Denial;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever bytes come in, each parser answers with a value or says what is wrong in its own words, and a value it gave survives
 * being written and read again.
 */
class HostileInputTest {

    private static final char FIELD_END = '|';

    private static final JailId JAIL = JailId.parse("5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10");

    @TempDir
    private Path directory;

    enum Target {
        DEFINITION(
                HostileInputTest::define,
                "web|web.example|/srv/jails/web|thin|198.18.0.5|hosting|/bin/sh|512MiB|100|running"),
        INTENT(HostileInputTest::readIntent, validIntent()),
        STATE(HostileInputTest::readState, validState()),
        CHANGE(HostileInputTest::readChange, validState()),
        REPORT(
                HostileInputTest::readReport,
                JailReport.newBuilder().setJailId(JAIL.toString()).build().toByteArray()),
        DENIAL(
                HostileInputTest::readDenial,
                Denial.newBuilder().setJailId(JAIL.toString()).build().toByteArray()),
        NETLINK(HostileInputTest::readNetlinkAnswer, validAnswer()),
        AUDIT(
                HostileInputTest::readAuditRecord,
                "audit(1795486238.815:200002): uid=1500053504 arch=c000003e syscall=110 code=0x50000"),
        CGROUP_MARK(
                HostileInputTest::readMark,
                new Cgroups.Mark(JAIL, 3, "a1b2c3d4e5f60718", 4711, 1234567L, 1795486238815L).text());

        @SuppressWarnings("ImmutableEnumChecker") // keeps nothing
        private final Consumer<byte[]> parser;

        @SuppressWarnings("ImmutableEnumChecker") // only copied
        private final byte[] valid;

        Target(Consumer<byte[]> parser, String valid) {
            this(parser, valid.getBytes(StandardCharsets.UTF_8));
        }

        Target(Consumer<byte[]> parser, byte[] valid) {
            this.parser = parser;
            this.valid = valid;
        }
    }

    @ParameterizedTest
    @EnumSource
    void standsSeededMutations(Target target) {
        Mutations.tryOn(target, target.parser, target.valid);
    }

    /** With right sums and with wrong ones: what is read is written again, and no range has two owners. */
    @Test
    void givesNoRangeToTwoJailsWhateverTheRecordHolds() throws IOException {
        HostLayout layout = new HostLayout(
                directory.resolve("jails"),
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("state"),
                "bailiwick-test",
                1_500_053_504L,
                3);
        Path file = Files.createDirectories(layout.rootBase().resolve(IdRanges.DIRECTORY))
                .resolve("files");
        JailId other = new JailId(new UUID(0, 2));
        String record = JAIL + " 1500053504 used anna a\n" + other + " 1500119040\n" + JAIL + " left a\n" + JAIL
                + " free\n" + JAIL + " 1500184576 kept - b c\n";
        Mutations.tryOn(
                "ID_RANGES",
                input -> {
                    try {
                        new LineJournal(
                                        file,
                                        "test",
                                        this,
                                        () -> new String(input, StandardCharsets.UTF_8)
                                                .lines()
                                                .toList())
                                .close();
                        assertApart(layout, other);
                        Files.write(file, input);
                        assertApart(layout, other);
                    } catch (KernelRefusal e) {
                        assertThat(e.reason()).isEqualTo("IdRangesExhausted");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                record.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertApart(HostLayout layout, JailId other) throws IOException {
        Path file = layout.rootBase().resolve(IdRanges.DIRECTORY).resolve("files");
        try (IdRanges ranges = new IdRanges(layout)) {
            assertThat(ranges.find(JAIL)).as("never the other's").isNotEqualTo(Optional.of(ranges.rangeOf(other)));
        }
        String read = Files.readString(file);
        try (IdRanges again = new IdRanges(layout)) {
            assertThat(again.trouble()).as(read).isEmpty();
            assertThat(Files.readString(file).lines())
                    .hasSameElementsAs(read.lines().toList());
        }
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

    private static void readMark(byte[] input) {
        try {
            Cgroups.Mark mark = Cgroups.Mark.parse(new String(input, StandardCharsets.US_ASCII));
            assertThat(Cgroups.Mark.parse(mark.text())).isEqualTo(mark);
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("a mark that this agent cannot read");
        }
    }

    private static void define(byte[] input) {
        String[] fields = Arrays.copyOf(new String(input, StandardCharsets.UTF_8).split("\\" + FIELD_END, -1), 14);
        Map<String, @Nullable String> environment = new HashMap<>();
        if (fields[12] != null) {
            environment.put(fields[12], fields[13]);
        }
        List<@Nullable String> addresses = new ArrayList<>(Arrays.asList(fields[4]));
        DefinitionDraft draft = new DefinitionDraft(
                fields[0],
                fields[1],
                fields[2],
                fields[3],
                addresses,
                new PolicyDraft(
                        fields[5],
                        new ArrayList<>(
                                fields[10] == null
                                        ? List.of()
                                        : List.of(new PolicyDraft.OverrideDraft(
                                                fields[10], fields[11], "because", "ada", fields[13])))),
                new ArrayList<>(Arrays.asList(fields[6])),
                environment,
                new DefinitionDraft.LimitsDraft(fields[7], fields[8], null),
                fields[9]);
        try {
            JailDefinition definition = draft.define();
            assertThat(DefinitionDraft.of(definition).define()).isEqualTo(definition);
        } catch (InvalidDefinition e) {
            assertThat(e.violations()).isNotEmpty();
        }
    }

    private static void readIntent(byte[] input) {
        try {
            var intent = Wire.fromWire(Intent.parseFrom(input));
            assertThat(Wire.fromWire(Wire.toWire(intent))).isEqualTo(intent);
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readState(byte[] input) {
        try {
            var state = Wire.fromWire(StoredState.parseFrom(input));
            assertThat(Wire.fromWire(Wire.toWire(state))).isEqualTo(state);
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readChange(byte[] input) {
        try {
            var change = Wire.fromWire(StoredChange.parseFrom(input));
            assertThat(Wire.fromWire(Wire.toWire(change))).isEqualTo(change);
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readReport(byte[] input) {
        try {
            var report = ReportWire.fromWire(JailReport.parseFrom(input));
            assertThat(ReportWire.fromWire(ReportWire.toWire(report))).isEqualTo(report);
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readDenial(byte[] input) {
        try {
            var denial = DenialWire.fromWire(Denial.parseFrom(input));
            assertThat(DenialWire.fromWire(DenialWire.toWire(denial))).isEqualTo(denial);
        } catch (InvalidProtocolBufferException | MalformedMessage e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readNetlinkAnswer(byte[] input) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("link", NetlinkBatch.RTM_NEWLINK, 0, () -> batch.link(1, 0, 0));
        try {
            batch.failure(input)
                    .ifPresent(failure -> assertThat(failure.detail()).isNotEmpty());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("cut short");
        }
    }

    private static void readAuditRecord(byte[] input) {
        AuditRecord.parse(ByteBuffer.wrap(input), 0, input.length)
                .ifPresent(record -> assertThat(AuditRecord.parse(ByteBuffer.wrap(input), 0, input.length))
                        .contains(record));
    }

    private static byte[] validIntent() {
        DefinitionDraft draft = new DefinitionDraft(
                "web",
                null,
                "/srv/jails/web",
                "thin",
                new ArrayList<>(List.of("198.18.0.5", "fdb1:1::5")),
                null,
                null,
                null,
                null,
                null);
        return Wire.toWire(new dev.bailiwick.jail.Desired.Kept(JAIL, 3, draft.define()))
                .toByteArray();
    }

    private static byte[] validState() {
        try {
            return StoredState.newBuilder()
                    .setRevision(7)
                    .addIntents(Intent.parseFrom(validIntent()))
                    .build()
                    .toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A {@code struct nlmsgerr} that says EEXIST about the first request. */
    private static byte[] validAnswer() {
        return ByteBuffer.allocate(36)
                .order(ByteOrder.nativeOrder())
                .putInt(36)
                .putShort((short) 2)
                .putShort((short) 0)
                .putInt(1)
                .putInt(0)
                .putInt(-17)
                .array();
    }
}
