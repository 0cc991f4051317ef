package dev.bailiwick.server.account;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.bounds.Peers;
import io.github.bucket4j.Bucket;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Slows the guessing of passwords down: from one address, a few attempts at one login and some more at all of them. The login alone is
 * not counted, or anybody could lock its owner out. Each replica counts for itself.
 */
final class SignInLimit extends OncePerRequestFilter {

    static final int ATTEMPTS_AT_A_LOGIN = 5;
    static final int ATTEMPTS_FROM_AN_ADDRESS = 30;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > Bound.SIGN_IN_KEYS.value();
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
        String address = Peers.key(InetAddress.ofLiteral(request.getRemoteAddr()));
        // What is no login is nobody's: however it is spelt, it is counted as one.
        String login =
                Login.normal(String.valueOf(request.getParameter("login"))).orElse("");
        if (bucket(address, ATTEMPTS_FROM_AN_ADDRESS).tryConsume(1)
                && bucket(address + " " + login, ATTEMPTS_AT_A_LOGIN).tryConsume(1)) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(PERIOD.toSeconds()));
        LateRequests.Reason.LIMITED.show(request, response, CarriedForm.broughtBy(request));
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
