package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.mail.EmailAddress;
import java.util.Optional;
import org.springframework.stereotype.Service;
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
