package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.Users;
import java.time.Clock;
import java.util.Optional;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Signs people in by login and password. */
public final class PasswordAuthentication implements AuthenticationProvider {

    private final Users users;
    private final SecondFactors factors;
    private final PasswordCheckLimit turns;
    private final Clock clock;

    public PasswordAuthentication(Users users, SecondFactors factors, PasswordCheckLimit turns, Clock clock) {
        this.users = users;
        this.factors = factors;
        this.turns = turns;
        this.clock = clock;
    }

    /**
     * @throws AuthenticationServiceException caused by {@link TooManySignIns} if too many passwords are being checked
     * @throws CodeRequired if the password is right, and the user has a second factor
     */
    @Override
    public Authentication authenticate(Authentication claimed) {
        try {
            Caller caller = turns.take(() -> users.signIn(claimed.getName(), String.valueOf(claimed.getCredentials())));
            Factors shown = Factors.of(Factor.PASSWORD, clock.instant());
            if (factors.isOn(caller.user())) {
                throw new CodeRequired(caller, shown, Optional.empty());
            }
            return new CallerAuthentication(caller, shown);
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
