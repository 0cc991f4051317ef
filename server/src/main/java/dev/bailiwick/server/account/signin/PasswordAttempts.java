package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.Login;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.bounds.Peers;
import io.github.bucket4j.Bucket;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * Slows the guessing of passwords down, wherever one is asked for: from one address, a few attempts at one login and some more at all of
 * them. The login alone is not counted, or anybody could lock its owner out. Each replica counts for itself.
 */
@Component
public class PasswordAttempts {

    public static final int AT_A_LOGIN = 5;
    static final int FROM_AN_ADDRESS = 30;
    static final Duration PERIOD = Duration.ofMinutes(1);

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > Bound.SIGN_IN_KEYS.value();
        }
    };

    /** Counts one, and says whether it may be looked at. */
    boolean permits(HttpServletRequest request, String login) {
        String address = Peers.key(InetAddress.ofLiteral(request.getRemoteAddr()));
        // What is no login is nobody's: however it is spelt, it is counted as one.
        String counted = Login.normal(login).orElse("");
        return bucket(address, FROM_AN_ADDRESS).tryConsume(1)
                && bucket(address + " " + counted, AT_A_LOGIN).tryConsume(1);
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
