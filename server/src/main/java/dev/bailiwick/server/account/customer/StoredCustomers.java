package dev.bailiwick.server.account.customer;

import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

public interface StoredCustomers extends Repository<StoredCustomer, UUID> {

    StoredCustomer saveAndFlush(StoredCustomer customer);

    Optional<StoredCustomer> findById(UUID id);

    Optional<StoredCustomer> findByExternalId(String externalId);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT c FROM StoredCustomer c WHERE c.id = :id")
    Optional<StoredCustomer> lock(UUID id);

    /** Locks these customers in the order in which customers are locked who get jails: resellers first, and before others those with a quota. */
    @Query(nativeQuery = true, value = """
            SELECT cast(id AS text) FROM customer WHERE id IN (:ids)
            ORDER BY reseller_id IS NOT NULL,
                num_nonnulls(max_jails, max_memory_bytes, max_cpu_millis, max_addresses, max_disk_bytes) = 0, id
            FOR NO KEY UPDATE
            """)
    List<String> lockInOrder(Collection<UUID> ids);

    @Query(nativeQuery = true, value = "SELECT cast(reseller_id AS text) FROM customer WHERE id = :id")
    Optional<String> resellerOf(UUID id);

    @Query(nativeQuery = true, value = "SELECT count(*) FROM jail WHERE customer_id = :id")
    long countJails(UUID id);

    @Query(nativeQuery = true, value = "SELECT count(*) FROM kept_files WHERE customer_id = :id")
    long countKeptFiles(UUID id);

    boolean existsByResellerId(UUID resellerId);

    List<StoredCustomer> findByResellerIdAndIdGreaterThanOrderById(UUID resellerId, UUID id, Limit limit);

    List<StoredCustomer> findByResellerIdOrderById(UUID resellerId, Limit limit);

    boolean existsByExternalId(String externalId);

    List<StoredCustomer> findByIdGreaterThanOrderById(UUID id, Limit limit);

    List<StoredCustomer> findAllByOrderById(Limit limit);
}
