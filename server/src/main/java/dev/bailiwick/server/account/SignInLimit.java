package dev.bailiwick.server.account;

import io.github.bucket4j.Bucket;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Slows the guessing of passwords down: from one address, a few attempts at one login and some more at all of them. The login alone is
 * not counted, or anybody could lock its owner out. Each replica counts for itself.
 */
final class SignInLimit extends OncePerRequestFilter {

    static final int ATTEMPTS_AT_A_LOGIN = 5;
    static final int ATTEMPTS_FROM_AN_ADDRESS = 30;
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final int REMEMBERED = 10_000;

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    };

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST")
                || !request.getRequestURI().equals(request.getContextPath() + "/sign-in");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String address = request.getRemoteAddr();
        String login = String.valueOf(request.getParameter("login")).toLowerCase(Locale.ROOT);
        if (bucket(address, ATTEMPTS_FROM_AN_ADDRESS).tryConsume(1)
                && bucket(address + " " + login, ATTEMPTS_AT_A_LOGIN).tryConsume(1)) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(PERIOD.toSeconds()));
        response.sendError(HttpStatus.TOO_MANY_REQUESTS.value());
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
