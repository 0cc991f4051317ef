package dev.bailiwick.server.plan;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredPlans extends Repository<StoredPlan, UUID> {

    StoredPlan saveAndFlush(StoredPlan plan);

    Optional<StoredPlan> findById(UUID id);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT p FROM StoredPlan p WHERE p.id = :id")
    Optional<StoredPlan> lock(UUID id);

    @Query("SELECT p FROM StoredPlan p ORDER BY lower(p.name), p.id")
    List<StoredPlan> all();

    @Query(
            nativeQuery = true,
            value = "SELECT EXISTS (SELECT FROM plan WHERE lower(name) = lower(:name) AND retired_at IS NULL)")
    boolean isTaken(String name);
}
