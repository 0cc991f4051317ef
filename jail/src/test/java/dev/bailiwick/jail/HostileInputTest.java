package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * For any text, each parser returns a value or throws its own exception. A value that is written and read again is the same.
 */
class HostileInputTest {

    enum Target {
        BYTE_SIZE(HostileInputTest::readSize, "536870912", "512MiB", "8 TiB", "9223372036854775807B"),
        IP_ADDRESS(
                HostileInputTest::readAddress,
                "198.18.0.5",
                "fdb1:1::5",
                "2001:db8:0:1:1:1:1:1",
                "::ffff:198.18.0.5",
                "64:ff9b::198.18.0.5"),
        JAIL_ID(HostileInputTest::readId, "5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10"),
        BASE(HostileInputTest::readBase, "thin", "directory", "template:debian-13"),
        ROOT_PATH(HostileInputTest::readPath, "/srv/jails/web", "/a"),
        POLICY(
                HostileInputTest::readPolicy,
                "hosting|ptrace|allow|because|ada|2026-12-24T18:00:00Z",
                "strict2002|settimeofday|deny:EACCES|because|ada|1970-01-01T00:00:01Z",
                "hosting|ptrace|log|because|ada|-1000000000-01-01T00:00:00Z|mount|kill|because|ada|");

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

    private static void readSize(String text) {
        try {
            long bytes = ByteSize.parse(text);
            assertThat(bytes).isNotNegative();
            assertThat(ByteSize.parse(ByteSize.text(bytes))).isEqualTo(bytes);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readAddress(String text) {
        try {
            IpAddress address = IpAddress.parse(text);
            assertThat(address.bytes()).hasSize(address.isV4() ? 4 : 16);
            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            if (!text.contains(":")) {
                assertThat(address).as("an IPv4 address has one text").hasToString(text);
            }
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readId(String text) {
        try {
            assertThat(JailId.parse(text).toString()).isEqualToIgnoringCase(text);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readBase(String text) {
        try {
            assertThat(Base.parse(text).text()).isEqualTo(text);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readPath(String text) {
        try {
            assertThat(new RootPath(text)).hasToString(text);
            assertThat(java.nio.file.Path.of(text).normalize()).hasToString(text);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readPolicy(String text) {
        String[] fields = text.split("\\|", -1);
        List<OverrideDraft> overrides = new ArrayList<>();
        for (int at = 1; at < fields.length; at += 5) {
            String[] parts = Arrays.copyOfRange(fields, at, at + 5);
            overrides.add(new OverrideDraft(parts[0], parts[1], parts[2], parts[3], parts[4]));
        }
        try {
            Policy policy = new PolicyDraft(fields[0], new ArrayList<>(overrides)).define();
            assertThat(PolicyDraft.of(policy).define()).isEqualTo(policy);
            assertThat(policy.overrides().stream().map(PolicyOverride::until).flatMap(java.util.Optional::stream))
                    .as("an end in milliseconds, in which 0 means no end")
                    .allMatch(end -> end.toEpochMilli() > 0);
        } catch (InvalidDefinition e) {
            assertThat(e.violations()).isNotEmpty();
        }
    }
}
