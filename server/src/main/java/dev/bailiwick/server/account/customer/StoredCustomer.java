package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "customer")
public class StoredCustomer {

    @Id
    private UUID id;

    private String name;

    @Column(name = "external_id")
    private @Nullable String externalId;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "retired_at")
    private @Nullable Instant retiredAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredCustomer() {}

    StoredCustomer(CustomerId id, String name, @Nullable String externalId, Instant createdAt) {
        this.id = id.value();
        this.name = name;
        this.externalId = externalId;
        this.createdAt = createdAt;
    }

    public boolean retired() {
        return retiredAt != null;
    }

    public Customer view() {
        return new Customer(new CustomerId(id), name, externalId, createdAt, retiredAt);
    }
}
