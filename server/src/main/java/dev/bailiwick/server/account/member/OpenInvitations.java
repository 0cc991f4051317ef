package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import java.time.Clock;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The invitations that hold: whoever created one could create it again. */
@Component
class OpenInvitations {

    private final InvitationRows rows;
    private final Customers customers;
    private final Users users;
    private final ApiTokens tokens;
    private final Clock clock;

    OpenInvitations(InvitationRows rows, Customers customers, Users users, ApiTokens tokens, Clock clock) {
        this.rows = rows;
        this.customers = customers;
        this.users = users;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Returns the invitation of a link if it holds. */
    Optional<InvitationRows.Sent> find(Secret secret) {
        return rows.find(secret, clock.instant()).filter(this::holds);
    }

    /** Returns an invitation if it holds, without its jails. */
    Optional<InvitationRows.Sent> find(InvitationId id) {
        return rows.find(id, clock.instant()).filter(this::holds);
    }

    private boolean holds(InvitationRows.Sent sent) {
        return customers
                        .find(sent.customer())
                        .filter(customer -> customer.retiredAt() == null)
                        .isPresent()
                && !rows.isMember(sent.customer(), sent.invitation().login())
                && (sent.token().isEmpty() || tokens.inForce(sent.token().get()).isPresent())
                && users.inSession(sent.by())
                        .filter(by -> by.may(Right.MEMBERS, sent.customer()))
                        .isPresent();
    }
}
