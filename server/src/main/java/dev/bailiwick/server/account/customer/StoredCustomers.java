package dev.bailiwick.server.account.customer;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

public interface StoredCustomers extends Repository<StoredCustomer, UUID> {

    StoredCustomer saveAndFlush(StoredCustomer customer);

    Optional<StoredCustomer> findById(UUID id);

    Optional<StoredCustomer> findByExternalId(String externalId);

    boolean existsByExternalId(String externalId);

    List<StoredCustomer> findByIdGreaterThanOrderById(UUID id, Limit limit);

    List<StoredCustomer> findAllByOrderById(Limit limit);
}
