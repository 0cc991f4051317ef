package dev.bailiwick.server.account.token;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredTokens extends Repository<StoredToken, UUID> {

    StoredToken saveAndFlush(StoredToken token);

    Optional<StoredToken> findById(UUID id);

    /** Locks the token: nobody revokes or rotates it until the end of the transaction. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT token FROM StoredToken token WHERE token.id = :id")
    Optional<StoredToken> lock(UUID id);

    List<StoredToken> findAllByOrderById(Limit limit);

    List<StoredToken> findByIdGreaterThanOrderById(UUID id, Limit limit);

    List<StoredToken> findByUserOrderById(UUID user, Limit limit);

    List<StoredToken> findByUserAndRevokedAtIsNullOrderByIdDesc(UUID user, Limit limit);

    List<StoredToken> findByUserAndIdGreaterThanOrderById(UUID user, UUID id, Limit limit);
}
