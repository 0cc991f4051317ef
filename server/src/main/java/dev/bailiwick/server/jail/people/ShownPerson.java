package dev.bailiwick.server.jail.people;

import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.member.Invitation;
import dev.bailiwick.server.account.member.Member;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;

/**
 * Somebody who belongs to a customer or is invited, as the list shows them.
 *
 * @param id the user's id, or the invitation's
 * @param jails how many jails a colleague sees
 * @param disabled whether the user cannot sign in
 * @param at when they joined, or when the invitation ends
 */
record ShownPerson(String id, String login, MemberRole role, int jails, boolean disabled, Moment at) {

    static ShownPerson of(Member member, Instant now) {
        return new ShownPerson(
                member.user().toString(),
                member.login(),
                member.role(),
                member.jails().size(),
                member.disabledAt() != null,
                Moment.of(member.createdAt(), now));
    }

    static ShownPerson of(Invitation invitation, Instant now) {
        return new ShownPerson(
                invitation.id().toString(),
                invitation.login(),
                invitation.role(),
                invitation.jails().size(),
                false,
                Moment.of(invitation.expiresAt(), now));
    }
}
