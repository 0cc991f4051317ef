package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.jail.timeline.ChangeTimeline;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.plan.PlanId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** The mapping from rows of the database to jails. */
@Component
public class JailRows {

    /** The prefix of an additional address in the column of addresses. */
    private static final String ADDITIONAL = "+";

    /** The columns that {@link #definition} reads, from a {@code jail j}. The jails of a suspended customer are wanted stopped. */
    public static final String DEFINITION = DefinitionRow.columns("j.")
                    .replace("j.wanted,", "CASE WHEN j.suspended THEN 'stopped' ELSE j.wanted END AS wanted,")
            + """
            , j.suspended, j.id, j.customer_id, j.generation, j.retired_at, j.files_fate,
            ARRAY(SELECT CASE WHEN a.additional THEN '+' ELSE '' END || host(a.address) FROM jail_address a
                  WHERE a.jail_id = j.id AND a.leaves_with IS NULL ORDER BY a.additional, a.address) AS addresses,
            (SELECT jsonb_agg(jsonb_build_object('call', o.call, 'decision', o.decision, 'reason', o.reason,
                    'setBy', o.set_by, 'until', o.until) ORDER BY o.position)
             FROM policy_override o WHERE o.jail_id = j.id) AS overrides""";

    /** The columns that {@link #desired} reads in addition to {@link #DEFINITION}. */
    public static final String DESIRED = """
            , j.previous_files, (SELECT s.first_host_id FROM jail_status s WHERE s.jail_id = j.id) AS first_host_id,
            j.plan_version_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM plan_version v WHERE v.id = j.plan_version_id AND v.outgoing_mail) AS refuses_mail,
            (SELECT f.rules::text FROM customer_firewall f WHERE f.customer_id = j.customer_id) AS customer_firewall,
            (SELECT f.rules::text FROM jail_firewall f WHERE f.jail_id = j.id) AS firewall""";

    /** The statement whose rows {@link #view} reads; it needs a parameter {@code now}. */
    static final String VIEW = "SELECT " + DEFINITION + """
            , j.host_id, h.name AS host_name, j.external_id, j.created_at, j.updated_at,
            coalesce(c.connected_until >= :now, false) AS connected, s.phase, s.generation AS applied_generation,
            CASE WHEN c.accepted_revision >= j.revision THEN j.generation ELSE coalesce(s.generation, 0) END
                AS accepted_generation,
            CASE WHEN s.received_at IS NOT NULL THEN greatest(s.received_at, c.last_seen_at) END AS seen_at,
            s.init_pid, s.restarts, s.conditions, s.steps, timing.timeline, c.refused, j.plan_version_id, plan.plan_id,
            plan.plan_name, plan.plan_version, plan.disk_bytes
            FROM jail j JOIN host h ON h.id = j.host_id AND NOT j.files_only LEFT JOIN host_connection c ON c.host_id = j.host_id
            LEFT JOIN jail_status s ON s.jail_id = j.id LEFT JOIN jail_change_timing timing ON timing.jail_id = j.id
            LEFT JOIN (SELECT v.id, v.plan_id, p.name AS plan_name, v.version AS plan_version, v.disk_bytes
                FROM plan_version v JOIN plan p ON p.id = v.plan_id) AS plan ON plan.id = j.plan_version_id
            """;

    /** Readers are created once, because it takes longer to create one than to read a short text. */
    private final DefinitionRow.Columns columns;

    private final ObjectReader overrides;
    private final ObjectReader conditions;
    private final ObjectReader firewalls;
    private final ReadFirewalls known = new ReadFirewalls(text -> new Firewall(rules(text)));
    private final ObjectReader steps;
    private final ObjectReader timelines;

    private final ChangeTimings timings;

    JailRows(JsonMapper json, ChangeTimings timings) {
        this.timings = timings;
        this.columns = new DefinitionRow.Columns(json);
        this.overrides = json.readerForListOf(StoredOverride.class);
        this.conditions = json.readerForListOf(Condition.class);
        this.firewalls = json.readerForListOf(StoredRule.class);
        this.steps = json.readerForListOf(StepTiming.class);
        this.timelines = json.readerFor(ChangeTimeline.class);
    }

    public JailView view(ResultSet row) throws SQLException {
        JailDefinition definition = definition(row);
        return new JailView(
                id(row),
                new CustomerId(row.getObject("customer_id", UUID.class)),
                new HostId(row.getObject("host_id", UUID.class)),
                new HostName(row.getString("host_name")),
                Optional.ofNullable(row.getString("external_id")),
                plan(row),
                row.getLong("generation"),
                definition,
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant(),
                instant(row, "retired_at"),
                status(row, definition));
    }

    private static Optional<JailPlan> plan(ResultSet row) throws SQLException {
        @Nullable UUID version = row.getObject("plan_version_id", UUID.class);
        @Nullable Long disk = row.getObject("disk_bytes", Long.class);
        return version == null
                ? Optional.empty()
                : Optional.of(new JailPlan(
                        version,
                        new PlanId(row.getObject("plan_id", UUID.class)),
                        row.getString("plan_name"),
                        row.getInt("plan_version"),
                        disk == null ? OptionalLong.empty() : OptionalLong.of(disk)));
    }

    public DesiredJail desired(ResultSet row) throws SQLException {
        @Nullable String fate = row.getString("files_fate");
        if (fate == null) {
            return new DesiredJail.Present(
                    id(row),
                    row.getLong("generation"),
                    definition(row),
                    row.getString("customer_id"),
                    network(row),
                    files(row));
        }
        return new DesiredJail.Removed(
                id(row),
                row.getLong("generation"),
                new RootPath(row.getString("path")),
                Base.parse(row.getString("base")),
                fate.equals("kept") ? FilesFate.KEPT : FilesFate.DELETED,
                row.getString("customer_id"),
                DefinitionRow.read(row, columns).stop());
    }

    private JailNetwork network(ResultSet row) throws SQLException {
        return new JailNetwork(
                row.getBoolean("refuses_mail") ? OutgoingMail.REFUSED : OutgoingMail.BY_POOL,
                firewall(row.getString("customer_firewall")),
                firewall(row.getString("firewall")));
    }

    private Firewall firewall(@Nullable String stored) {
        return stored == null ? Firewall.OPEN : known.of(stored);
    }

    /** Reads the rules of a firewall. */
    public List<FirewallRule> rules(String stored) {
        List<StoredRule> read = firewalls.readValue(stored);
        return read.stream().map(StoredRule::rule).toList();
    }

    private static DesiredJail.Files files(ResultSet row) throws SQLException {
        @Nullable Long first = row.getObject("first_host_id", Long.class);
        return new DesiredJail.Files(
                PreviousFiles.parse(row.getString("previous_files")),
                first == null ? OptionalLong.empty() : OptionalLong.of(first));
    }

    private JailDefinition definition(ResultSet row) throws SQLException {
        return DefinitionRow.read(row, columns).definition(addresses(row), overrides(row));
    }

    private static JailId id(ResultSet row) throws SQLException {
        return new JailId(row.getObject("id", UUID.class));
    }

    private static IpAddresses addresses(ResultSet row) throws SQLException {
        Map<Boolean, List<IpAddress>> byRole = Stream.of(
                        (String[]) row.getArray("addresses").getArray())
                .collect(Collectors.partitioningBy(
                        text -> text.startsWith(ADDITIONAL),
                        Collectors.mapping(
                                text -> IpAddress.parse(text.replace(ADDITIONAL, "")), Collectors.toList())));
        return new IpAddresses(Objects.requireNonNull(byRole.get(false)), Objects.requireNonNull(byRole.get(true)));
    }

    private List<PolicyOverride> overrides(ResultSet row) throws SQLException {
        @Nullable String text = row.getString("overrides");
        List<StoredOverride> stored = text == null ? List.of() : overrides.readValue(text);
        return stored.stream().map(StoredOverride::override).toList();
    }

    private JailStatus status(ResultSet row, JailDefinition definition) throws SQLException {
        boolean connected = row.getBoolean("connected");
        long accepted = row.getLong("accepted_generation");
        @Nullable String phase = row.getString("phase");
        if (phase == null) {
            return new JailStatus(
                    connected ? Optional.of(Phase.PENDING) : Optional.empty(),
                    0,
                    accepted,
                    Optional.empty(),
                    OptionalInt.empty(),
                    0,
                    derived(row, definition),
                    List.of(),
                    Optional.empty());
        }
        return new JailStatus(
                connected ? Optional.of(Phase.parse(phase)) : Optional.empty(),
                row.getLong("applied_generation"),
                accepted,
                instant(row, "seen_at"),
                connected ? number(row, "init_pid") : OptionalInt.empty(),
                row.getInt("restarts"),
                conditions(row, definition),
                steps.readValue(row.getString("steps")),
                timeline(row));
    }

    private List<Condition> conditions(ResultSet row, JailDefinition definition) throws SQLException {
        List<Condition> reported = conditions.readValue(row.getString("conditions"));
        List<Condition> derived = derived(row, definition);
        return derived.isEmpty()
                ? reported
                : Stream.concat(reported.stream(), derived.stream()).toList();
    }

    /** Returns the conditions that the host does not report. */
    private List<Condition> derived(ResultSet row, JailDefinition definition) throws SQLException {
        List<Condition> ignored = ignoredFields(row, definition);
        if (!row.getBoolean("suspended")) {
            return ignored;
        }
        Condition suspended = new Condition(
                JailView.CUSTOMER_SUSPENDED,
                "its customer is suspended: it is stopped, and starts again if it ran before",
                row.getTimestamp("updated_at").toInstant());
        return Stream.concat(Stream.of(suspended), ignored.stream()).toList();
    }

    /** Returns a condition if the jail's host, as it last connected, ignores fields of the definition that it does not know. */
    private List<Condition> ignoredFields(ResultSet row, JailDefinition definition) throws SQLException {
        List<Demand> later = Demand.laterOf(definition);
        @Nullable String stored = later.isEmpty() ? null : row.getString("refused");
        if (stored == null) {
            return List.of();
        }
        List<String> refused = columns.texts().readValue(stored);
        List<String> ignored = later.stream()
                .filter(demand -> refused.contains(demand.word()))
                .map(demand -> demand.pointer().substring(1))
                .toList();
        if (ignored.isEmpty()) {
            return List.of();
        }
        return List.of(new Condition(
                "FieldsIgnored",
                "its host ignores " + String.join(", ", ignored)
                        + ": the agent there does not know it and must be upgraded",
                row.getTimestamp("updated_at").toInstant()));
    }

    private Optional<ChangeTimeline> timeline(ResultSet row) throws SQLException {
        @Nullable String stored = row.getString("timeline");
        return timings.justCompleted(id(row), row.getLong("applied_generation"))
                .or(() -> Optional.ofNullable(stored).map(timelines::readValue));
    }

    private static OptionalInt number(ResultSet row, String column) throws SQLException {
        @Nullable Integer value = row.getObject(column, Integer.class);
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
