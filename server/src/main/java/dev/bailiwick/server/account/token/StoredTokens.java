package dev.bailiwick.server.account.token;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

interface StoredTokens extends Repository<StoredToken, UUID> {

    StoredToken saveAndFlush(StoredToken token);

    Optional<StoredToken> findById(UUID id);

    List<StoredToken> findByUserOrderById(UUID user, Limit limit);

    List<StoredToken> findByUserAndRevokedAtIsNullOrderByIdDesc(UUID user, Limit limit);

    List<StoredToken> findByUserAndIdGreaterThanOrderById(UUID user, UUID id, Limit limit);
}
