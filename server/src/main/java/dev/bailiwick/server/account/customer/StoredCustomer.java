package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.Labels;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Quota;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "customer")
public class StoredCustomer {

    @Id
    private UUID id;

    private String name;

    @Column(name = "external_id")
    private @Nullable String externalId;

    private @Nullable String contact;

    @Column(columnDefinition = "jsonb")
    @ColumnTransformer(write = "cast(? as jsonb)")
    @Convert(converter = LabelsConverter.class)
    private Labels labels;

    @Column(name = "max_jails")
    private @Nullable Long maxJails;

    @Column(name = "max_memory_bytes")
    private @Nullable Long maxMemoryBytes;

    @Column(name = "max_cpu_millis")
    private @Nullable Long maxCpuMillis;

    @Column(name = "max_addresses")
    private @Nullable Long maxAddresses;

    @Column(name = "max_disk_bytes")
    private @Nullable Long maxDiskBytes;

    @Column(name = "reseller_id")
    private @Nullable UUID resellerId;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "suspended_at")
    private @Nullable Instant suspendedAt;

    @Column(name = "suspension_reason")
    private @Nullable String suspensionReason;

    @Column(name = "suspended_by_reseller")
    private boolean suspendedByReseller;

    @Column(name = "reseller_suspended")
    private boolean resellerSuspended;

    @Column(name = "retired_at")
    private @Nullable Instant retiredAt;

    @Column(name = "retirement_final_at")
    private @Nullable Instant retirementFinalAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredCustomer() {}

    StoredCustomer(CustomerId id, CustomerFields fields, Instant createdAt) {
        this.id = id.value();
        this.createdAt = createdAt;
        this.name = fields.name();
        this.labels = fields.labels();
        change(fields);
    }

    final void change(CustomerFields fields) {
        name = fields.name();
        externalId = fields.externalId();
        contact = fields.contact();
        labels = fields.labels();
        maxJails = fields.quota().jails();
        maxMemoryBytes = fields.quota().memory();
        maxCpuMillis = fields.quota().cpuMillis();
        maxAddresses = fields.quota().addresses();
        maxDiskBytes = fields.quota().disk();
    }

    private Quota quota() {
        return new Quota(maxJails, maxMemoryBytes, maxCpuMillis, maxAddresses, maxDiskBytes);
    }

    CustomerFields fields() {
        return new CustomerFields(name, externalId, contact, labels, quota());
    }

    /** Suspends the customer, or gives the suspension another reason; staff makes that of a reseller its own. */
    void suspend(Suspender by, String reason, Instant now) {
        suspendedAt = suspendedAt == null ? now : suspendedAt;
        suspensionReason = reason;
        suspendedByReseller = by == Suspender.RESELLER;
    }

    /** Who suspends a customer. */
    enum Suspender {
        STAFF,
        RESELLER
    }

    void liftSuspension() {
        suspendedAt = null;
        suspensionReason = null;
        suspendedByReseller = false;
    }

    /** Gives the customer another reseller. What the former one suspended stays suspended until staff lifts it. */
    void resoldBy(Customer reseller) {
        resellerId = reseller.id().value();
        suspendedByReseller = false;
        resellerSuspended = reseller.suspendedAt() != null;
    }

    void resoldByNobody() {
        resellerId = null;
        suspendedByReseller = false;
        resellerSuspended = false;
    }

    void retire(Instant now, Instant finalAt) {
        retiredAt = now;
        retirementFinalAt = finalAt;
    }

    void restore() {
        retiredAt = null;
        retirementFinalAt = null;
    }

    public boolean retired() {
        return retiredAt != null;
    }

    public Customer view() {
        return new Customer(
                new CustomerId(id),
                name,
                externalId,
                contact,
                resellerId == null ? null : new CustomerId(resellerId),
                labels.all(),
                quota(),
                createdAt,
                suspendedAt,
                suspensionReason,
                suspendedByReseller,
                resellerSuspended,
                retiredAt,
                retirementFinalAt);
    }
}
