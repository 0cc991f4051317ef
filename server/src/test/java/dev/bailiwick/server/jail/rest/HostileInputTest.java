package dev.bailiwick.server.jail.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.Mutations;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.jail.batch.BatchBodies;
import dev.bailiwick.server.jail.page.JailQuery;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.policy.PolicyReading;
import dev.bailiwick.server.network.PoolId;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.EntityTag;
import dev.bailiwick.server.request.IfMatch;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every input in a path, a query, a header or a body has exactly one reading, or is rejected with an error that the
 * client can correct.
 */
class HostileInputTest {

    private static final String ID = "019a7e2a-7a52-7ad8-8f0c-0d6f3c1f9a10";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final StrictJson STRICT = new StrictJson(JSON);
    private static final JailBodies BODIES = new JailBodies(JSON, STRICT);
    private static final BatchBodies BATCHES = new BatchBodies(JSON, BODIES, STRICT);
    private static final PolicyReading POLICY =
            new PolicyReading(Policy.of(Profile.HOSTING), Architecture.X86_64, Instant.EPOCH);
    private static final String BODY = """
            {"customer":"%s","host":"%s","externalId":"order-7","name":"web","path":"/srv/jails/web",
             "ip":["198.18.0.5"],"environment":{"LANG":"C"},"limits":{"memory":"512MiB","processes":"100"},
             "policy":{"profile":"hosting","overrides":[{"call":"ptrace","decision":"allow","reason":"x"}]}}
            """.formatted(ID, ID);

    enum Target {
        JAIL_ID(text -> readId(text, JailId::parse), ID),
        HOST_ID(text -> readId(text, HostId::parse), ID),
        CUSTOMER_ID(text -> readId(text, CustomerId::parse), ID),
        USER_ID(text -> readId(text, UserId::parse), ID),
        TOKEN_ID(text -> readId(text, TokenId::parse), ID),
        POOL_ID(text -> readId(text, PoolId::parse), ID),
        PATH_ID(HostileInputTest::readPathId, ID),
        HOST_NAME(HostileInputTest::readHostName, "web-1.example"),
        ADDRESS_RANGE(HostileInputTest::readRange, "198.18.0.0/16", "fdb1:1::/64", "198.18.0.0/+16", "fdb1:1::/064"),
        WAIT(HostileInputTest::readWait, "10s", "PT10S", "500ms", "1m"),
        IF_MATCH(HostileInputTest::readCondition, "\"7\"", "\"7-0123456789ab\", \"12\"", "*", ","),
        JAIL_QUERY(
                HostileInputTest::readQuery,
                "shop|running|" + ID + "|" + ID + "|a=b|name|" + ID,
                "a+b & {c} %41;d=e||||"),
        EXPLAIN(HostileInputTest::explain, "socket|2,0x80001", "personality|0xffffffff", "ptrace|"),
        JAIL_BODY(HostileInputTest::readBody, BODY),
        BATCH(HostileInputTest::readBatch, BODY.replace("\n", " ") + "\n\n" + BODY.replace("\n", "")),
        SIMULATION(
                HostileInputTest::readSimulation,
                "{\"profile\":\"hosting\",\"calls\":[{\"call\":\"socket\",\"args\":[1,\"0x2\"]}],"
                        + "\"overrides\":[{\"call\":\"ptrace\",\"decision\":\"kill\"}],\"architecture\":\"x86_64\"}");

        @SuppressWarnings("ImmutableEnumChecker") // has no state
        private final Consumer<String> parser;

        @SuppressWarnings("ImmutableEnumChecker") // is never changed
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

    private static void readId(String text, Function<String, Object> parser) {
        try {
            assertThat(parser.apply(text).toString()).isEqualToIgnoringCase(text);
        } catch (InvalidValue e) {
            assertThat(e.reason()).isEqualTo("is not a UUID");
        }
    }

    private static void readPathId(String text) {
        try {
            assertThat(PathIds.uuid(text)).hasToString(text);
        } catch (PathIds.NothingThere e) {
            assertThat(e).hasMessage("There is nothing at this path.");
        }
    }

    private static void readHostName(String text) {
        try {
            assertThat(new HostName(text).value()).matches("[a-z0-9.-]{1,63}");
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readRange(String text) {
        try {
            AddressRange range = AddressRange.parse(text);
            assertThat(AddressRange.parse(range.toString())).isEqualTo(range);
            assertThat(range.contains(range.network())).isTrue();
            assertThat(text).endsWith("/" + range.prefixLength());
        } catch (InvalidValue e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static void readWait(String text) {
        try {
            assertThat(WaitParameter.parse("/wait", Optional.of(text)).orElseThrow())
                    .isBetween(Duration.ZERO, Duration.ofMinutes(1));
        } catch (InvalidRequest e) {
            assertThat(e.violations()).allMatch(violation -> violation.pointer().equals("/wait"));
        }
    }

    /** A condition admits a version only if it names that version. */
    private static void readCondition(String text) {
        IfMatch condition = IfMatch.require(Optional.of(text));
        for (long version : new long[] {1, 7, 12}) {
            boolean named =
                    text.contains("*") || text.contains("\"" + version + "\"") || text.contains("\"" + version + "-");
            assertThat(condition.admits(version) && !named).isFalse();
            assertThat(IfMatch.of(Optional.of(EntityTag.of(version))).admits(version))
                    .isTrue();
        }
        assertThat(IfMatch.of(Optional.of(condition.toString())).admits(7)).isEqualTo(condition.admits(7));
    }

    /** The address of the next page requests the same list. */
    private static void readQuery(String text) {
        String[] fields = Arrays.copyOf(text.split("\\|", -1), 7);
        JailQuery query = new JailQuery(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]);
        String address = query.address("/jails", query.from(), "");
        Map<String, String> asked = new HashMap<>();
        if (address.contains("?")) {
            for (String part : address.substring(address.indexOf('?') + 1).split("&", -1)) {
                String[] pair = part.split("=", 2);
                asked.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
            }
        }
        assertThat(new JailQuery(
                        asked.getOrDefault("q", ""),
                        asked.getOrDefault("phase", ""),
                        asked.getOrDefault("host", ""),
                        asked.getOrDefault("customer", ""),
                        asked.getOrDefault("label", ""),
                        asked.getOrDefault("sort", ""),
                        asked.getOrDefault("from", "")))
                .as(address)
                .isEqualTo(query);
        assertThat(query.start().map(JailId::toString).orElse(""))
                .isIn("", query.from().toLowerCase(java.util.Locale.ROOT));
        try {
            assertThat(query.filter().text().orElse("")).isEqualTo(query.q());
        } catch (InvalidRequest e) {
            assertThat(e.violations()).allMatch(violation -> violation.pointer().equals("/q"));
        }
    }

    private static void explain(String text) {
        String[] fields = text.split("\\|", 2);
        try {
            var explanation = PolicyDocuments.ExplanationDocument.of(
                    POLICY.explain(fields[0], fields.length < 2 ? "" : fields[1]));
            assertThat(JSON.writeValueAsString(explanation)).contains(fields[0].strip());
        } catch (InvalidRequest e) {
            assertThat(e.violations())
                    .allMatch(violation -> List.of("/call", "/args").contains(violation.pointer()));
        }
    }

    private static void readBody(String text) {
        try {
            NewJail jail = BODIES.newJail(JSON.readTree(text));
            assertThat(jail.customer().toString()).hasSize(ID.length());
        } catch (InvalidRequest | JacksonException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readBatch(String text) {
        try {
            assertThat(BATCHES.read(text.getBytes(StandardCharsets.UTF_8))).isNotEmpty();
        } catch (InvalidRequest e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void readSimulation(String text) {
        try {
            SimulationRequest wanted = STRICT.read(
                    JSON.readTree(text), SimulationRequest.class, "/overrides", "/calls", "/against/overrides");
            assertThat(Objects.requireNonNullElse(wanted.calls(), List.<SimulationRequest.CallRequest>of()))
                    .doesNotContainNull();
        } catch (InvalidRequest | JacksonException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
