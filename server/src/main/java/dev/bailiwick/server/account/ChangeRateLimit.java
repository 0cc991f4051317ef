package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.ProblemWriter;
import io.github.bucket4j.Bucket;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limits the rate of changes that a customer's people and programs request; runs after the security filters. Each change takes a
 * turn at a host that customers share, and leaves rows that are never deleted. Operators, whose systems define jails, are not
 * limited. Each replica counts separately.
 */
@Component
@Order(-1)
public class ChangeRateLimit extends OncePerRequestFilter {

    static final int BURST = 120;

    /**
     * Lines of a batch that count as one change: the jails of a batch share a turn at the host, but each leaves its rows. The
     * largest batch costs less than {@link #BURST}.
     */
    static final int LINES_A_CHANGE = 100;

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    /** At most one bucket for each customer, and each user of no customer; only staff creates them. */
    private final Map<UUID, Bucket> buckets = new ConcurrentHashMap<>();

    private final ProblemWriter problems;

    ChangeRateLimit(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return SAFE.contains(request.getMethod());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (customer().map(this::bucket).filter(bucket -> !bucket.tryConsume(1)).isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        problems.answer(request, response, new TooManyChanges());
    }

    /**
     * Counts the lines of a batch, in addition to the request itself.
     *
     * @throws TooManyChanges if the customer's rate does not allow so many changes now
     */
    public void charge(Caller caller, int lines) {
        int changes = lines / LINES_A_CHANGE;
        if (changes > 0
                && caller.counted()
                        .map(this::bucket)
                        .filter(bucket -> !bucket.tryConsume(changes))
                        .isPresent()) {
            throw new TooManyChanges();
        }
    }

    private static Optional<UUID> customer() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null && known.getPrincipal() instanceof Caller caller ? caller.counted() : Optional.empty();
    }

    private Bucket bucket(UUID customer) {
        return buckets.computeIfAbsent(
                customer,
                _ -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(BURST).refillGreedy(1, Duration.ofSeconds(1)))
                        .build());
    }
}
