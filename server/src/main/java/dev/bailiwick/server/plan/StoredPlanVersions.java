package dev.bailiwick.server.plan;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredPlanVersions extends Repository<StoredPlanVersion, UUID> {

    StoredPlanVersion saveAndFlush(StoredPlanVersion version);

    Optional<StoredPlanVersion> findById(UUID id);

    List<StoredPlanVersion> findByPlanOrderByVersionDesc(UUID plan);

    @Query("""
            SELECT v FROM StoredPlanVersion v
            WHERE v.version = (SELECT max(o.version) FROM StoredPlanVersion o WHERE o.plan = v.plan)
            """)
    List<StoredPlanVersion> latest();
}
