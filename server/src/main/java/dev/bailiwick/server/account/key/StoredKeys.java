package dev.bailiwick.server.account.key;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

interface StoredKeys extends Repository<StoredKey, UUID> {

    StoredKey saveAndFlush(StoredKey key);

    void delete(StoredKey key);

    Optional<StoredKey> findById(UUID id);

    boolean existsByUserAndFingerprint(UUID user, String fingerprint);

    long countByUser(UUID user);

    List<StoredKey> findByUserOrderById(UUID user, Limit limit);

    List<StoredKey> findByUserAndIdGreaterThanOrderById(UUID user, UUID id, Limit limit);
}
