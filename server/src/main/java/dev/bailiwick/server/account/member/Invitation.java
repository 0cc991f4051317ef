package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.mail.Delivery;
import dev.bailiwick.server.mail.EmailAddress;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open invitation to belong to a customer.
 *
 * @param login the login in its normal form; whether somebody has it already is not said
 * @param jails what a colleague is to have; jails that are gone are left out
 * @param expiresAt from when on the link does not work any more
 * @param email where the link is sent; nothing for a link that whoever invites hands over
 * @param mail how far the mail with the link has come; nothing without one
 */
public record Invitation(
        InvitationId id,
        String login,
        MemberRole role,
        List<JailRights> jails,
        Instant createdAt,
        Instant expiresAt,
        @Nullable EmailAddress email,
        @Nullable Delivery mail) {

    public Invitation {
        jails = List.copyOf(jails);
    }

    Invitation withJails(List<JailRights> others) {
        return new Invitation(id, login, role, others, createdAt, expiresAt, email, mail);
    }

    Invitation withMail(@Nullable Delivery delivery) {
        return new Invitation(id, login, role, jails, createdAt, expiresAt, email, delivery);
    }
}
