package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.UserId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who belongs to a customer.
 *
 * @param jails what a colleague may do with which jails; empty for an owner, who has the rights of a customer on all of them
 * @param disabledAt when the user was disabled; null if enabled
 */
public record Member(
        UserId user,
        String login,
        MemberRole role,
        List<JailRights> jails,
        Instant createdAt,
        @Nullable Instant disabledAt) {

    public Member {
        jails = List.copyOf(jails);
    }
}
