package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.Users;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Signs people in by login and password. */
public final class PasswordAuthentication implements AuthenticationProvider {

    private final Users users;
    private final PasswordCheckLimit turns;

    public PasswordAuthentication(Users users, PasswordCheckLimit turns) {
        this.users = users;
        this.turns = turns;
    }

    /** @throws AuthenticationServiceException caused by {@link TooManySignIns} if too many passwords are being checked */
    @Override
    public Authentication authenticate(Authentication claimed) {
        try {
            return new CallerAuthentication(
                    turns.take(() -> users.signIn(claimed.getName(), String.valueOf(claimed.getCredentials()))));
        } catch (TooManySignIns busy) {
            throw new AuthenticationServiceException(busy.detail(), busy);
        } catch (SignInRefused refused) {
            throw new BadCredentialsException(refused.detail(), refused);
        }
    }

    @Override
    public boolean supports(Class<?> type) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
    }
}
