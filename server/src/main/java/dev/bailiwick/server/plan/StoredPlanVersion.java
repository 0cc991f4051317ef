package dev.bailiwick.server.plan;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.syscall.Profile;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.id.uuid.UuidVersion7Strategy;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

@Entity
@Immutable
@Table(name = "plan_version")
class StoredPlanVersion {

    private static final Set<Limit> WITH_COLUMN = Set.of(Limit.MEMORY, Limit.PROCESSES, Limit.CPU_MILLIS);

    @Id
    private UUID id;

    @Column(name = "plan_id")
    private UUID plan;

    private int version;

    @Column(name = "memory_bytes")
    private @Nullable Long memoryBytes;

    private @Nullable Integer processes;

    @Column(name = "cpu_millis")
    private @Nullable Integer cpuMillis;

    @Column(name = "other_limits")
    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> otherLimits;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> sysctls;

    private @Nullable Long addresses;

    @Column(name = "disk_bytes")
    private @Nullable Long diskBytes;

    private String[] profiles;

    private String[] bases;

    private @Nullable Integer ports;

    private @Nullable Boolean setuid;

    @Column(name = "outgoing_mail")
    private @Nullable Boolean outgoingMail;

    private @Nullable Integer backups;

    @Column(name = "price_code")
    private @Nullable String priceCode;

    @Column(name = "created_at")
    private Instant createdAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredPlanVersion() {}

    StoredPlanVersion(PlanId plan, int version, PlanTerms terms, Instant createdAt) {
        this.id = UuidVersion7Strategy.INSTANCE.generateUuid(null);
        this.plan = plan.value();
        this.version = version;
        Limits limits = terms.limits();
        this.memoryBytes =
                limits.memoryBytes().isPresent() ? limits.memoryBytes().getAsLong() : null;
        this.processes = limits.processes().isPresent() ? limits.processes().getAsInt() : null;
        this.cpuMillis = limits.cpuMillis().isPresent() ? limits.cpuMillis().getAsInt() : null;
        this.otherLimits = limits.texts();
        WITH_COLUMN.forEach(limit -> otherLimits.remove(limit.text()));
        this.sysctls = terms.sysctls().all();
        this.addresses = terms.addresses();
        this.diskBytes = terms.disk();
        this.profiles = terms.profiles().stream().map(Profile::text).toArray(String[]::new);
        this.bases = terms.bases().stream().map(Base::text).toArray(String[]::new);
        this.ports = terms.promises().ports();
        this.setuid = terms.promises().setuid();
        this.outgoingMail = terms.promises().outgoingMail();
        this.backups = terms.promises().backups();
        this.priceCode = terms.priceCode();
        this.createdAt = createdAt;
    }

    PlanId plan() {
        return new PlanId(plan);
    }

    PlanVersion view() {
        return new PlanVersion(
                id,
                version,
                new PlanTerms(
                        new Limits(
                                        memoryBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryBytes),
                                        number(processes),
                                        number(cpuMillis))
                                .or(Limits.ofTexts(otherLimits)),
                        new Sysctls(new TreeMap<>(sysctls)),
                        addresses,
                        diskBytes,
                        Arrays.stream(profiles).map(Profile::parse).toList(),
                        Arrays.stream(bases).map(Base::parse).toList(),
                        new PlanTerms.Promises(ports, setuid, outgoingMail, backups),
                        priceCode),
                createdAt);
    }

    private static OptionalInt number(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
