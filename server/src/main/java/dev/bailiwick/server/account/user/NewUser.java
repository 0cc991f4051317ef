package dev.bailiwick.server.account.user;

/**
 * A user who can be created.
 *
 * @param login in its normal form, see {@link Login}
 * @param passwordHash of a password that follows the {@link PasswordRule}
 */
public record NewUser(String login, String passwordHash, Membership membership) {

    @Override
    public String toString() {
        return login;
    }
}
