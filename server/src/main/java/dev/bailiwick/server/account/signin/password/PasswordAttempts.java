package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.authentication.Origin;
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
import java.util.Optional;
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
    static final int KEYS_FROM_AN_ADDRESS = 60;
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

    /**
     * Who makes an attempt.
     *
     * @param device the known browser; empty for any other, and for programs
     */
    private record From(String address, Optional<String> device) {}

    private From from(HttpServletRequest request, String login) {
        return new From(request.getRemoteAddr(), devices.of(request, login));
    }

    private static From from(Origin origin) {
        return new From(origin.address(), Optional.empty());
    }

    /** Counts an attempt; returns whether the password may be checked. */
    public boolean permits(HttpServletRequest request, String login) {
        return permits(from(request, login), login);
    }

    /** Counts an attempt that is no request; returns whether the password may be checked. */
    public boolean permits(Origin origin, String login) {
        return permits(from(origin), login);
    }

    private boolean permits(From from, String login) {
        return buckets(from, login).stream().allMatch(bucket -> bucket.tryConsume(1));
    }

    /** Takes back the count of an attempt that was permitted, and turned out to be right, unless there are too many of these. */
    public void right(HttpServletRequest request, String login) {
        right(from(request, login), login);
    }

    /** Takes back the count of an attempt that is no request, as {@link #right(HttpServletRequest, String)} does. */
    public void right(Origin origin, String login) {
        right(from(origin), login);
    }

    private void right(From from, String login) {
        if (bucket("right " + key(from, login), RIGHT_AT_A_LOGIN).tryConsume(1)) {
            buckets(from, login).forEach(bucket -> bucket.addTokens(1));
        }
    }

    /** Counts an attempt with an SSH key, which nobody guesses; returns whether the key may be looked up. */
    public boolean permitsKey(Origin origin) {
        return bucket("key " + address(origin.address()), KEYS_FROM_AN_ADDRESS).tryConsume(1);
    }

    /** Takes back the count of an attempt with an SSH key that turned out to be right. */
    public void rightKey(Origin origin) {
        bucket("key " + address(origin.address()), KEYS_FROM_AN_ADDRESS).addTokens(1);
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

    private List<Bucket> buckets(From from, String login) {
        Bucket atLogin = bucket(key(from, login), AT_A_LOGIN);
        return from.device().isPresent()
                ? List.of(atLogin)
                : List.of(bucket(address(from.address()), FROM_AN_ADDRESS), atLogin);
    }

    /** Returns what the attempts at the login are counted by: the known browser, or the address. */
    private static String key(From from, String login) {
        // All invalid logins count as the same one.
        return from.device()
                .map(device -> "device " + device)
                .orElseGet(() ->
                        address(from.address()) + " " + Login.normal(login).orElse(""));
    }

    private static String address(HttpServletRequest request) {
        return address(request.getRemoteAddr());
    }

    private static String address(String literal) {
        return PeerKey.of(InetAddress.ofLiteral(literal));
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
