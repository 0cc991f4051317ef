package dev.bailiwick.server.account.customer;

import jakarta.persistence.LockModeType;
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
