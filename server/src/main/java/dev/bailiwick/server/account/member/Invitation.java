package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.MemberRole;
import java.time.Instant;
import java.util.List;

/**
 * An open invitation to belong to a customer.
 *
 * @param login the login in its normal form; whether somebody has it already is not said
 * @param jails what a colleague is to have; jails that are gone are left out
 * @param expiresAt from when on the link does not work any more
 */
public record Invitation(
        InvitationId id, String login, MemberRole role, List<JailRights> jails, Instant createdAt, Instant expiresAt) {

    public Invitation {
        jails = List.copyOf(jails);
    }
}
