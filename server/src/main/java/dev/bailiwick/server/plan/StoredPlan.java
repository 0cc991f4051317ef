package dev.bailiwick.server.plan;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "plan")
class StoredPlan {

    @Id
    private UUID id;

    private String name;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "retired_at")
    private @Nullable Instant retiredAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredPlan() {}

    StoredPlan(PlanId id, String name, Instant createdAt) {
        this.id = id.value();
        this.name = name;
        this.createdAt = createdAt;
    }

    PlanId id() {
        return new PlanId(id);
    }

    String name() {
        return name;
    }

    void retire(Instant now) {
        retiredAt = now;
    }

    boolean isRetired() {
        return retiredAt != null;
    }

    Plan view(PlanVersion latest) {
        return new Plan(id(), name, latest, createdAt, retiredAt);
    }
}
