package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.mail.EmailAddress;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Where users get mail: only at addresses of which they have read mail. */
@Service
public class MailAddresses {

    private final StoredUsers users;

    MailAddresses(StoredUsers users) {
        this.users = users;
    }

    /** Remembers an address of which the user has read mail, unless another one is known. */
    @Transactional
    public void remember(UserId id, EmailAddress address) {
        users.findById(id.value()).filter(user -> user.email().isEmpty()).ifPresent(user -> user.changeEmail(address));
    }
}
