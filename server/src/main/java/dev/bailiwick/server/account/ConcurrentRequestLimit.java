package dev.bailiwick.server.account;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limits how many requests of customers are answered at the same time; runs after the security filters and before the body is read.
 * A request holds its body and its answer in memory until its client has received all of it. Operators are not limited, nor are
 * live streams once they are open. Each replica counts separately.
 */
@Component
@Order(-2)
class ConcurrentRequestLimit extends OncePerRequestFilter {

    private static final String CONTENT = "/files/content";
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Semaphore all = new Semaphore(Bound.REQUESTS_OF_CUSTOMERS.value(), true);

    /** At most one semaphore for each customer, and each user of no customer; only staff creates them. */
    private final Map<UUID, Semaphore> each = new ConcurrentHashMap<>();

    private final ProblemWriter problems;

    ConcurrentRequestLimit(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<UUID> customer = customer();
        if (customer.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        Semaphore own =
                each.computeIfAbsent(customer.get(), _ -> new Semaphore(Bound.REQUESTS_OF_A_CUSTOMER.value(), true));
        if (!awaitTurn(own)) {
            problems.answer(request, response, new TooManyConcurrentRequests());
            return;
        }
        try {
            if (!awaitTurn(all)) {
                problems.answer(request, response, new TooManyConcurrentRequests());
                return;
            }
            try {
                chain.doFilter(request, response);
            } finally {
                all.release();
            }
        } finally {
            own.release();
        }
    }

    /** Content of files is sent part by part, perhaps for hours, and counts as a live stream. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getServletPath().endsWith(CONTENT);
    }

    private static Optional<UUID> customer() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null && known.getPrincipal() instanceof Caller caller ? caller.counted() : Optional.empty();
    }

    private static boolean awaitTurn(Semaphore turns) {
        try {
            return turns.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
