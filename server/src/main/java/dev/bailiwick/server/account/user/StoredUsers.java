package dev.bailiwick.server.account.user;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredUsers extends Repository<StoredUser, UUID> {

    StoredUser saveAndFlush(StoredUser user);

    Optional<StoredUser> findById(UUID id);

    Optional<StoredUser> findByLogin(String login);

    /** Locks the user: nobody else changes their password until the end of the transaction. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT u FROM StoredUser u WHERE u.id = :id")
    Optional<StoredUser> lock(UUID id);

    /** Replaces the hash of a password by another one of the same password; returns 0 if the password has changed. */
    @Modifying
    @Query("UPDATE StoredUser u SET u.passwordHash = :other WHERE u.id = :id AND u.passwordHash = :hash")
    int replaceHash(UUID id, String hash, String other);

    boolean existsByRoleAndDisabledAtIsNull(String role);

    /** Whether the account at a provider belongs to the user. */
    @NativeQuery("SELECT EXISTS (SELECT FROM user_identity WHERE id = :identity AND user_id = :id)")
    boolean hasIdentity(UUID id, UUID identity);

    /**
     * Lists the enabled owners, and this user, by id and locks their rows, so that two owners cannot disable each other at the same
     * time. Whoever changes the user locks no row after that, so nobody waits for each other.
     */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT u FROM StoredUser u WHERE u.role = 'owner' AND u.disabledAt IS NULL OR u.id = :id ORDER BY u.id")
    List<StoredUser> lockEnabledOwnersAnd(UUID id);

    /**
     * Lists and locks users with this login, first, or with this address, who have an address, are enabled, and do not leave it to a
     * provider how they sign in.
     */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("""
            SELECT u FROM StoredUser u WHERE (u.login = :login OR lower(u.email) = :address)
                AND u.email IS NOT NULL AND (u.passwordHash IS NOT NULL OR u.role = 'customer') AND u.disabledAt IS NULL
            ORDER BY CASE WHEN u.login = :login THEN 0 ELSE 1 END, u.id
            """)
    List<StoredUser> lockReachable(String login, String address, Limit limit);

    List<StoredUser> findByIdGreaterThanOrderById(UUID id, Limit limit);

    List<StoredUser> findAllByOrderById(Limit limit);
}
