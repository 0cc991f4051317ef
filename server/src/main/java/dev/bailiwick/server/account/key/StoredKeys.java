package dev.bailiwick.server.account.key;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredKeys extends Repository<StoredKey, UUID> {

    StoredKey saveAndFlush(StoredKey key);

    void delete(StoredKey key);

    /** Locks the key: nobody else removes it until the end of the transaction. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT key FROM StoredKey key WHERE key.id = :id")
    Optional<StoredKey> lock(UUID id);

    boolean existsByUserAndFingerprint(UUID user, String fingerprint);

    long countByUser(UUID user);

    List<StoredKey> findByUserOrderById(UUID user, Limit limit);

    List<StoredKey> findByUserAndIdGreaterThanOrderById(UUID user, UUID id, Limit limit);
}
