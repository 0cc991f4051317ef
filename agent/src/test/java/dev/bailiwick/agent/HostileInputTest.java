package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Denial;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each parser answers any bytes with a value or with a message of its own, and every value survives being written and read again. */
class HostileInputTest {

    private static final char FIELD_END = '|';

    private static final JailId JAIL = JailId.parse("5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10");

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
                Denial.newBuilder().setJailId(JAIL.toString()).build().toByteArray());

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
                new LimitsDraft(fields[7], fields[8], null),
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
        return Wire.toWire(new dev.bailiwick.jail.desired.DesiredJail.Present(JAIL, 3, draft.define()))
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
}
