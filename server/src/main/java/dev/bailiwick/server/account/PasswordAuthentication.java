package dev.bailiwick.server.account;

import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Signs people in by login and password. */
final class PasswordAuthentication implements AuthenticationProvider {

    private final Users users;

    PasswordAuthentication(Users users) {
        this.users = users;
    }

    @Override
    public Authentication authenticate(Authentication claimed) {
        try {
            return new CallerAuthentication(users.signIn(claimed.getName(), String.valueOf(claimed.getCredentials())));
        } catch (SignInRefused refused) {
            throw new BadCredentialsException(refused.detail(), refused);
        }
    }

    @Override
    public boolean supports(Class<?> type) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
    }
}
