package dev.bailiwick.server.account;

import dev.bailiwick.server.bounds.Bound;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Signs people in by login and password. To check one takes memory and time on purpose, so a few are checked at once. */
final class PasswordAuthentication implements AuthenticationProvider {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Users users;
    private final Semaphore turns = new Semaphore(Bound.SIGN_INS_AT_ONCE.value(), true);

    PasswordAuthentication(Users users) {
        this.users = users;
    }

    /** @throws AuthenticationServiceException of {@link TooManySignIns} if its turn does not come */
    @Override
    public Authentication authenticate(Authentication claimed) {
        awaitTurn();
        try {
            return new CallerAuthentication(users.signIn(claimed.getName(), String.valueOf(claimed.getCredentials())));
        } catch (SignInRefused refused) {
            throw new BadCredentialsException(refused.detail(), refused);
        } finally {
            turns.release();
        }
    }

    private void awaitTurn() {
        try {
            if (turns.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        TooManySignIns busy = new TooManySignIns();
        throw new AuthenticationServiceException(busy.detail(), busy);
    }

    @Override
    public boolean supports(Class<?> type) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
    }
}
