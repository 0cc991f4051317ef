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

    /** Locks the customers of a reseller, which is locked, in the same order. */
    @Query(nativeQuery = true, value = """
            SELECT cast(id AS text) FROM customer WHERE reseller_id = :reseller
            ORDER BY num_nonnulls(max_jails, max_memory_bytes, max_cpu_millis, max_addresses, max_disk_bytes) = 0, id
            FOR NO KEY UPDATE
            """)
    List<String> lockCustomersOf(UUID reseller);

    /** Returns those that are not suspended themselves. */
    @Query(nativeQuery = true, value = """
            WITH noted AS (
                UPDATE customer SET reseller_suspended = :suspended WHERE id IN (:customers) RETURNING id, suspended_at)
            SELECT cast(id AS text) FROM noted WHERE suspended_at IS NULL ORDER BY id
            """)
    List<String> noteSuspensionOfReseller(Collection<UUID> customers, boolean suspended);

    @Query(nativeQuery = true, value = """
            SELECT cast(m.user_id AS text) FROM membership m JOIN customer c ON c.reseller_id = m.customer_id
            WHERE c.id = :customer AND m.user_id = :user AND m.role = 'owner' FOR SHARE OF m
            """)
    Optional<String> lockOwnerOfReseller(UUID customer, UUID user);

    @Query(nativeQuery = true, value = "SELECT cast(reseller_id AS text) FROM customer WHERE id = :id")
    Optional<String> resellerOf(UUID id);

    @Query(nativeQuery = true, value = "SELECT count(*) FROM jail WHERE customer_id = :id")
    long countJails(UUID id);

    @Query(nativeQuery = true, value = "SELECT count(*) FROM kept_files WHERE customer_id = :id")
    long countKeptFiles(UUID id);

    boolean existsById(UUID id);

    boolean existsByResellerId(UUID resellerId);

    long countByResellerId(UUID resellerId);

    @Query(nativeQuery = true, value = """
            SELECT cast(user_id AS text) FROM membership
            WHERE customer_id = :customer AND user_id = :user AND role = 'owner' FOR SHARE
            """)
    Optional<String> lockOwner(UUID customer, UUID user);

    @Query(
            nativeQuery = true,
            value = "SELECT r.name FROM customer c JOIN customer r ON r.id = c.reseller_id WHERE c.id = :id")
    Optional<String> nameOfReseller(UUID id);

    List<StoredCustomer> findByResellerIdAndIdGreaterThanOrderById(UUID resellerId, UUID id, Limit limit);

    List<StoredCustomer> findByResellerIdOrderById(UUID resellerId, Limit limit);

    boolean existsByExternalId(String externalId);

    List<StoredCustomer> findByIdGreaterThanOrderById(UUID id, Limit limit);

    List<StoredCustomer> findAllByOrderById(Limit limit);
}
