package dev.bailiwick.server.account.user;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.StoredCustomers;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The passwords of users who have signed in already. */
@Service
public class UserPasswords {

    private final StoredUsers stored;
    private final PasswordEncoder passwords;
    private final Audit audit;
    private final StoredCustomers customers;
    private final Notices notices;

    UserPasswords(
            StoredUsers stored, PasswordEncoder passwords, Audit audit, StoredCustomers customers, Notices notices) {
        this.notices = notices;
        this.customers = customers;
        this.stored = stored;
        this.passwords = passwords;
        this.audit = audit;
    }

    /** Whether this is the password of the user. */
    @Transactional(readOnly = true)
    public boolean matches(UserId id, @Nullable String password) {
        return password != null
                && password.length() <= PasswordRule.MAX
                && stored.findById(id.value())
                        .flatMap(StoredUser::passwordHash)
                        .filter(hash -> passwords.matches(password, hash))
                        .isPresent();
    }

    /**
     * Whether this is the password of the user, which nobody changes until the end of the transaction: what is done by it then ends
     * with the change.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean holds(UserId id, @Nullable String password) {
        return stored.lock(id.value()).isPresent() && matches(id, password);
    }

    /**
     * Whether a provider alone decides how the user signs in: staff that it has sent here. They have no password, no passkey and no
     * address, and nobody gives them one.
     */
    @Transactional(readOnly = true)
    public boolean isLeftToProvider(UserId id) {
        return stored.findById(id.value())
                .filter(user -> user.role().isStaff() && user.passwordHash().isEmpty())
                .isPresent();
    }

    /** Whether the user has a password; some of those who sign in at a provider have none. */
    @Transactional(readOnly = true)
    public boolean isSet(UserId id) {
        return stored.findById(id.value()).flatMap(StoredUser::passwordHash).isPresent();
    }

    /**
     * Sets a new password for a caller that gives the current one. The schema then ends all sessions of the user and their unused
     * sign-in links. If two change it at the same time, the second one has to know the password of the first.
     *
     * @return the caller with the new password
     * @throws InvalidRequest naming the invalid fields
     */
    @Transactional
    public Caller change(Caller caller, @Nullable String current, @Nullable String wanted) {
        StoredUser user = stored.lock(caller.user().value()).orElseThrow(() -> new UserNotFound(caller.user()));
        List<Violation> violations = new ArrayList<>();
        boolean known = matches(caller.user(), current);
        if (!known) {
            violations.add(new Violation("/current", "is not your password"));
        }
        PasswordRule.fault(wanted, caller.login(), organisations(caller))
                .or(() -> known && Objects.equals(wanted, current)
                        ? Optional.of("must differ from the current one")
                        : Optional.empty())
                .ifPresent(fault -> violations.add(new Violation("/password", fault)));
        if (wanted == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        replace(user, caller, wanted);
        return caller.withPassword(user.passwordVersion());
    }

    /**
     * Sets a new password for a user who has proved otherwise that they may. The schema ends the same as after a change.
     *
     * @throws InvalidRequest naming {@code /password}
     */
    @Transactional
    public void set(Caller user, String wanted) {
        PasswordRule.fault(wanted, user.login(), organisations(user)).ifPresent(fault -> {
            throw new InvalidRequest("/password", fault);
        });
        // Locked before the second factor, as everywhere.
        replace(stored.lock(user.user().value()).orElseThrow(() -> new UserNotFound(user.user())), user, wanted);
    }

    /** Also for somebody who follows a link, and is not signed in. */
    private List<String> organisations(Caller user) {
        return RowAccess.everything()
                .call(() -> user.access().members().stream()
                        .flatMap(id -> customers.findById(id.value()).stream())
                        .map(known -> known.view().name())
                        .toList());
    }

    private void replace(StoredUser user, Caller caller, String wanted) {
        user.replacePassword(String.valueOf(passwords.encode(wanted)));
        Subject subject = Subject.of("user", caller.user());
        audit.record(
                caller.actor(),
                caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject),
                new AccountEvent.PasswordChanged());
        notices.send(caller.user(), Notice.PASSWORD_CHANGED);
    }
}
