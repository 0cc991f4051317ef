package dev.bailiwick.server.account.user;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.account.customer.StoredCustomer;
import dev.bailiwick.server.account.customer.StoredCustomers;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/** Creates users, within the transaction of its caller. */
@Component
class UserCreation {

    private final StoredUsers stored;
    private final StoredCustomers customers;
    private final JdbcClient jdbc;
    private final PasswordEncoder passwords;
    private final Audit audit;
    private final Clock clock;

    UserCreation(
            StoredUsers stored,
            StoredCustomers customers,
            JdbcClient jdbc,
            PasswordEncoder passwords,
            Audit audit,
            Clock clock) {
        this.stored = stored;
        this.customers = customers;
        this.jdbc = jdbc;
        this.passwords = passwords;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Checks who is to be created, and hashes the password, which takes long: before anything is locked.
     *
     * @throws InvalidRequest naming the invalid fields
     */
    NewUser check(@Nullable String login, @Nullable String password, Membership membership) {
        List<Violation> violations = new ArrayList<>();
        Optional<String> unique = Optional.ofNullable(login).flatMap(Login::normal);
        if (unique.isEmpty()) {
            violations.add(new Violation("/login", Login.RULE));
        }
        PasswordRule.fault(password, unique.orElse(""), organisations(membership))
                .ifPresent(fault -> violations.add(new Violation("/password", fault)));
        if (unique.isEmpty() || password == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new NewUser(unique.get(), String.valueOf(passwords.encode(password)), membership);
    }

    /**
     * Creates the user.
     *
     * @param actor who does, for the audit
     * @throws InvalidRequest naming {@code /customer} if there is no such customer
     * @throws CustomerRetired if the customer is retired
     * @throws LoginTaken if somebody has the login already
     */
    User create(String actor, NewUser wanted) {
        Membership membership = wanted.membership();
        membership.customer().ifPresent(this::requireActive);
        if (stored.findByLogin(wanted.login()).isPresent()) {
            throw new LoginTaken(wanted.login());
        }
        User user = insert(
                new StoredUser(UserId.fresh(), wanted.login(), wanted.passwordHash(), membership, clock.instant()));
        if (membership instanceof Membership.Of of) {
            jdbc.sql("INSERT INTO membership (user_id, customer_id, role, created_at) VALUES (?, ?, ?, ?)")
                    .params(user.id().value(), of.id().value(), of.member().toString(), Timestamp.from(clock.instant()))
                    .update();
        }
        Subject subject = Subject.of("user", user.id());
        audit.record(
                actor,
                membership.customer().map(id -> subject.visibleTo(id.value())).orElse(subject),
                new AccountEvent.UserCreated(user.login(), membership.role()));
        return user;
    }

    private List<String> organisations(Membership membership) {
        return membership.customer().flatMap(id -> customers.findById(id.value())).stream()
                .map(known -> known.view().name())
                .toList();
    }

    private User insert(StoredUser user) {
        try {
            return stored.saveAndFlush(user).view();
        } catch (DataIntegrityViolationException e) {
            // Somebody else created the login at the same time.
            throw new LoginTaken(user.view().login());
        }
    }

    private void requireActive(CustomerId id) {
        StoredCustomer customer = customers
                .findById(id.value())
                .orElseThrow(() -> new InvalidRequest("/customer", "is not a known customer"));
        if (customer.retired()) {
            throw new CustomerRetired(id);
        }
    }
}
