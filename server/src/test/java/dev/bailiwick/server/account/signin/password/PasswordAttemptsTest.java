package dev.bailiwick.server.account.signin.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.Visitor;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;

/** How often a login is tried from one address. */
@ServerTest
class PasswordAttemptsTest {

    @Autowired
    private PasswordAttempts attempts;

    private final MockHttpServletRequest request = new MockHttpServletRequest();
    private final String login = "a-" + UUID.randomUUID();

    @Test
    void rightAttemptsAreBoundedToo() {
        request.setRemoteAddr(Visitor.anyAddress().getHostAddress());
        int right = 0;
        while (right < 2 * PasswordAttempts.RIGHT_AT_A_LOGIN && attempts.permits(request, login)) {
            attempts.right(request, login);
            right++;
        }
        // A second may give back one attempt or two.
        assertThat(right)
                .isBetween(
                        PasswordAttempts.RIGHT_AT_A_LOGIN + PasswordAttempts.AT_A_LOGIN,
                        PasswordAttempts.RIGHT_AT_A_LOGIN + PasswordAttempts.AT_A_LOGIN + 20);
    }

    /** Somebody with a user of their own guesses that of another one: what they show rightly gives them no further guess. */
    @Test
    void rightAttemptsAtOneLoginAllowNoGuessAtAnother() {
        request.setRemoteAddr(Visitor.anyAddress().getHostAddress());
        int guesses = 0;
        while (guesses < 100 && attempts.permits(request, "victim-" + guesses)) {
            guesses++;
            if (attempts.permits(request, login)) {
                attempts.right(request, login);
            }
        }
        assertThat(guesses).isBetween(PasswordAttempts.FROM_AN_ADDRESS - 1, PasswordAttempts.FROM_AN_ADDRESS + 10);
    }
}
