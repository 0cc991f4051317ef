package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.user.Login;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.bounds.PeerKey;
import io.github.bucket4j.Bucket;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Limits the rate of password attempts, for each client address: a lower rate for each login, a higher one for all logins together.
 * Attempts at a login are not counted across addresses, as anybody could then lock its owner out; those of a browser in which its
 * user has signed in before are counted apart from those of its address. Those that turn out to be right do not count, at a much higher
 * rate. Each replica counts separately.
 */
@Component
public class PasswordAttempts {

    public static final int AT_A_LOGIN = 5;
    static final int FROM_AN_ADDRESS = 30;
    static final int RIGHT_AT_A_LOGIN = 60;
    static final int MAILS_FOR_AN_ADDRESS = 5;
    public static final Duration PERIOD = Duration.ofMinutes(1);

    private final KnownDevices devices;

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > Bound.SIGN_IN_KEYS.value();
        }
    };

    PasswordAttempts(KnownDevices devices) {
        this.devices = devices;
    }

    /** Counts an attempt; returns whether the password may be checked. */
    public boolean permits(HttpServletRequest request, String login) {
        return buckets(request, login).stream().allMatch(bucket -> bucket.tryConsume(1));
    }

    /** Takes back the count of an attempt that was permitted, and turned out to be right, unless there are too many of these. */
    public void right(HttpServletRequest request, String login) {
        if (bucket("right " + key(request, login), RIGHT_AT_A_LOGIN).tryConsume(1)) {
            buckets(request, login).forEach(bucket -> bucket.addTokens(1));
        }
    }

    /**
     * Makes an attempt of somebody who is signed in already. It counts only if it throws.
     *
     * @throws TooManyAttempts if too many have failed
     */
    public <T> T make(HttpServletRequest request, String login, Supplier<T> attempt) {
        if (!permits(request, login)) {
            throw new TooManyAttempts();
        }
        T made = attempt.get();
        right(request, login);
        return made;
    }

    private List<Bucket> buckets(HttpServletRequest request, String login) {
        Bucket atLogin = bucket(key(request, login), AT_A_LOGIN);
        return devices.of(request, login).isPresent()
                ? List.of(atLogin)
                : List.of(bucket(address(request), FROM_AN_ADDRESS), atLogin);
    }

    /** Returns what the attempts at the login are counted by: the known browser, or the address. */
    private String key(HttpServletRequest request, String login) {
        // All invalid logins count as the same one.
        return devices.of(request, login)
                .map(device -> "device " + device)
                .orElseGet(() -> address(request) + " " + Login.normal(login).orElse(""));
    }

    private static String address(HttpServletRequest request) {
        return PeerKey.of(InetAddress.ofLiteral(request.getRemoteAddr()));
    }

    /** Counts an attempt that names no login; returns whether it may be looked at. */
    public boolean permits(HttpServletRequest request) {
        return bucket(address(request), FROM_AN_ADDRESS).tryConsume(1);
    }

    /** Counts that somebody asks for a mail with a link; returns whether one may be sent. It keeps nobody from signing in. */
    public boolean permitsMail(HttpServletRequest request) {
        return bucket("mail " + address(request), MAILS_FOR_AN_ADDRESS).tryConsume(1);
    }

    private Bucket bucket(String key, int capacity) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(
                    key,
                    absent -> Bucket.builder()
                            .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, PERIOD))
                            .build());
        }
    }
}
