package dev.bailiwick.server.account.user;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredUsers extends Repository<StoredUser, UUID> {

    StoredUser saveAndFlush(StoredUser user);

    Optional<StoredUser> findById(UUID id);

    Optional<StoredUser> findByLogin(String login);

    boolean existsByRoleAndDisabledAtIsNull(String role);

    /**
     * Lists the enabled owners, and this user, by id and locks their rows, so that two owners cannot disable each other at the same
     * time. Whoever changes the user locks no row after that, so nobody waits for each other.
     */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT u FROM StoredUser u WHERE u.role = 'owner' AND u.disabledAt IS NULL OR u.id = :id ORDER BY u.id")
    List<StoredUser> lockEnabledOwnersAnd(UUID id);

    List<StoredUser> findByIdGreaterThanOrderById(UUID id, Limit limit);

    List<StoredUser> findAllByOrderById(Limit limit);
}
