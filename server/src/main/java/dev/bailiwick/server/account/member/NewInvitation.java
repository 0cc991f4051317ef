package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.user.Login;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whom to invite, and what they are to be to the customer.
 *
 * @param login a valid login, see {@link Login}; stored in its normal form
 * @param change role and jails
 * @param email where the link is sent; empty if whoever invites hands it over
 */
public record NewInvitation(String login, MemberChange change, Optional<EmailAddress> email) {

    /**
     * Reads an invitation as it is written.
     *
     * @throws InvalidRequest naming the invalid fields
     */
    public static NewInvitation of(
            @Nullable String login,
            @Nullable MemberRole role,
            @Nullable List<@Nullable JailRights> jails,
            @Nullable String email) {
        Optional<EmailAddress> address = Optional.ofNullable(email).flatMap(EmailAddress::of);
        Optional<String> normal = Optional.ofNullable(login).flatMap(Login::normal);
        List<Violation> violations = new ArrayList<>();
        if (normal.isEmpty()) {
            violations.add(new Violation("/login", Login.RULE));
        }
        if (email != null && address.isEmpty()) {
            violations.add(new Violation("/email", EmailAddress.RULE));
        }
        try {
            MemberChange change = new MemberChange(role, jails);
            if (normal.isPresent() && violations.isEmpty()) {
                return new NewInvitation(normal.get(), change, address);
            }
        } catch (InvalidRequest e) {
            violations.addAll(e.violations());
        }
        throw new InvalidRequest(violations);
    }
}
