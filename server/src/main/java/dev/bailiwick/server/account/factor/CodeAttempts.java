package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.bounds.Bound;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits how many wrong codes are looked at for a user, from all addresses together: there are only a million codes. Only somebody
 * who knows the user's password gets here. Recovery codes are not counted, as nobody guesses one, so whoever lost the race against a
 * guesser signs in with one. Each replica counts separately.
 */
final class CodeAttempts {

    static final int WRONG = 10;
    static final Duration PERIOD = Duration.ofHours(1);

    private final Map<UserId, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UserId, Bucket> eldest) {
            return size() > Bound.CODE_KEYS.value();
        }
    };

    /** @throws TooManyCodes if there were too many wrong codes */
    void begin(UserId user) {
        if (!bucket(user).tryConsume(1)) {
            throw new TooManyCodes();
        }
    }

    /** The code was right, so that it does not count. */
    void right(UserId user) {
        bucket(user).addTokens(1);
    }

    private Bucket bucket(UserId user) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(
                    user,
                    absent -> Bucket.builder()
                            .addLimit(limit -> limit.capacity(WRONG).refillGreedy(WRONG, PERIOD))
                            .build());
        }
    }
}
