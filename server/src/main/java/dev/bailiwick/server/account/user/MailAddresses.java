package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.mail.EmailAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Where users get mail: only at addresses of which they have read mail. Several users may have the same one. */
@Service
public class MailAddresses {

    private final StoredUsers users;

    MailAddresses(StoredUsers users) {
        this.users = users;
    }

    /** Returns the address of the user; empty if they get no mail. */
    @Transactional(readOnly = true)
    public Optional<EmailAddress> of(UserId id) {
        return users.findById(id.value()).flatMap(StoredUser::email);
    }

    /**
     * A user who can get mail about a forgotten password.
     *
     * @param address as it was confirmed, whatever was typed
     */
    public record Reachable(UserId user, EmailAddress address) {}

    /**
     * Returns the enabled users with a password and a confirmed address who have this login or address. Their rows are locked until the
     * end of the transaction.
     *
     * @param typed as somebody typed it, in any case; need not be a login or an address
     * @param maximum the greatest number of users
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Reachable> reachable(String typed, int maximum) {
        String login = Login.normal(typed).orElse("");
        String address = EmailAddress.of(typed.strip())
                .map(one -> one.text().toLowerCase(Locale.ROOT))
                .orElse("");
        return users.lockReachable(login, address, Limit.of(maximum)).stream()
                .flatMap(user -> user.email().map(email -> new Reachable(user.id(), email)).stream())
                .toList();
    }

    /** Remembers an address of which the user has read mail, unless another one is known. */
    @Transactional
    public void remember(UserId id, EmailAddress address) {
        users.findById(id.value()).filter(user -> user.email().isEmpty()).ifPresent(user -> user.changeEmail(address));
    }

    /**
     * Replaces the address by one of which the user has read mail, or by none.
     *
     * @return the one before
     * @throws UserNotFound if there is no such user
     */
    @Transactional
    public Optional<EmailAddress> replace(UserId id, Optional<EmailAddress> address) {
        StoredUser user = users.findById(id.value()).orElseThrow(() -> new UserNotFound(id));
        Optional<EmailAddress> before = user.email();
        address.ifPresentOrElse(user::changeEmail, user::removeEmail);
        return before;
    }
}
