package dev.bailiwick.server.account.signin.behalf;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.member.Member;
import dev.bailiwick.server.account.member.MemberNotFound;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Begins and ends that somebody of the staff acts as a user of a customer, in their session of the pages. The customer's events say
 * so with the reason, and the audit names both for whatever is done meanwhile.
 */
@Service
public class Acting {

    /** The maximum length of a reason, in characters. */
    private static final int MAX_REASON = 200;

    private final Members members;
    private final Audit audit;
    private final Notices notices;
    private final TransactionOperations transactions;

    Acting(Members members, Audit audit, Notices notices, TransactionOperations transactions) {
        this.members = members;
        this.audit = audit;
        this.notices = notices;
        this.transactions = transactions;
    }

    /**
     * Has the caller act as a user who belongs to the customer.
     *
     * @param reason 1 to 200 characters, which the customer sees
     * @throws RightMissing if the caller must not act as somebody else
     * @throws MemberNotFound if the user does not belong to the customer
     * @throws InvalidRequest naming {@code /reason}, or {@code /user} if the user is disabled
     */
    public void begin(Caller caller, CustomerId customer, UserId user, String reason, HttpServletRequest request) {
        caller.require(Right.ACT_ON_BEHALF);
        Member member = members.get(caller, customer, user);
        if (member.disabledAt() != null) {
            throw new InvalidRequest("/user", "must be able to sign in");
        }
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/reason", reason, MAX_REASON, violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        Subject subject = Subject.of("user", user).visibleTo(customer.value());
        transactions.executeWithoutResult(status -> {
            audit.record(caller.actor(), subject, new AccountEvent.ActedFor(reason));
            notices.send(user, Notice.ACTED_FOR, reason);
        });
        SessionUser.act(caller.user(), Optional.of(new SessionUser.Acted(user, customer)), request);
    }

    /** Has the caller act for themselves again. Does nothing for those who do. */
    public void end(Caller caller, HttpServletRequest request) {
        Optional<Caller.ActingStaff> staff = caller.acting();
        if (staff.isEmpty()) {
            return;
        }
        // The database records the end of the session: V083.
        SessionUser.act(staff.get().user(), Optional.empty(), request);
    }
}
