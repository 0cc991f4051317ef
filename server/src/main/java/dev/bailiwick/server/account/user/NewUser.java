package dev.bailiwick.server.account.user;

import org.jspecify.annotations.Nullable;

/**
 * A user who can be created.
 *
 * @param login in its normal form, see {@link Login}
 * @param passwordHash of a password that follows the {@link PasswordRule}; null for somebody who signs in at a provider
 */
public record NewUser(String login, @Nullable String passwordHash, Membership membership) {

    @Override
    public String toString() {
        return login;
    }
}
