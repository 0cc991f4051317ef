package dev.bailiwick.server.jail.people;

import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.member.Invitation;
import dev.bailiwick.server.account.member.Member;
import dev.bailiwick.server.mail.Delivery;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.Optional;

/**
 * Somebody who belongs to a customer or is invited, as the list shows them.
 *
 * @param id the user's id, or the invitation's
 * @param jails how many jails a colleague sees
 * @param disabled whether the user cannot sign in
 * @param at when they joined, or when the invitation ends
 * @param email where the invitation is sent; empty for a link that was handed over
 * @param mail how far its mail has come, in the form of the API; empty without one
 * @param error why the mail could not be sent; empty if it could
 */
record ShownPerson(
        String id,
        String login,
        MemberRole role,
        int jails,
        boolean disabled,
        Moment at,
        String email,
        String mail,
        String error) {

    static ShownPerson of(Member member, Instant now) {
        return new ShownPerson(
                member.user().toString(),
                member.login(),
                member.role(),
                member.jails().size(),
                member.disabledAt() != null,
                Moment.of(member.createdAt(), now),
                "",
                "",
                "");
    }

    static ShownPerson of(Invitation invitation, Instant now) {
        Optional<Delivery> mail = Optional.ofNullable(invitation.mail());
        return new ShownPerson(
                invitation.id().toString(),
                invitation.login(),
                invitation.role(),
                invitation.jails().size(),
                false,
                Moment.of(invitation.expiresAt(), now),
                Optional.ofNullable(invitation.email()).map(EmailAddress::text).orElse(""),
                mail.map(known -> known.state().toString()).orElse(""),
                mail.map(Delivery::error).orElse(""));
    }
}
