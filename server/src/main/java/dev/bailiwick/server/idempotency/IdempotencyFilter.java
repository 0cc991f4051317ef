package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/** Carries a POST with an Idempotency-Key out only once; runs after the security filters. */
@Component
@Order(0)
class IdempotencyFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(IdempotencyFilter.class);
    static final String KEY = "Idempotency-Key";
    static final String KEY_PATTERN = "[\\x21-\\x7e]{1,255}";
    private static final List<String> KEPT_HEADERS =
            List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.LOCATION, HttpHeaders.ETAG, HttpHeaders.CACHE_CONTROL);
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final IdempotencyKeys keys;
    private final ProblemWriter problems;

    IdempotencyFilter(IdempotencyKeys keys, ProblemWriter problems) {
        this.keys = keys;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST")
                || !request.getRequestURI().startsWith(request.getContextPath() + "/api/")
                || request.getHeader(KEY) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Caller> caller = caller();
        if (caller.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        try {
            String key = key(request);
            RereadableRequest reread = new RereadableRequest(request);
            KeyState state = find(caller.get(), key, hash(reread));
            switch (state) {
                case KeyState.Claimed claimed -> carryOut(claimed.claim(), reread, response, chain);
                case KeyState.Answered answered -> repeat(answered.answer(), response);
                case KeyState.InProgress() -> throw new RequestInProgress();
                case KeyState.AnswerLost(), KeyState.AnswerWithheld() -> throw new AnswerNotKept();
                case KeyState.Reused() -> throw new KeyReused();
            }
        } catch (Failure failure) {
            problems.answer(request, response, failure);
        }
    }

    private static Optional<Caller> caller() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Caller caller
                ? Optional.of(caller)
                : Optional.empty();
    }

    private static String key(HttpServletRequest request) {
        String key = request.getHeader(KEY);
        if (key == null || !key.matches(KEY_PATTERN)) {
            throw new InvalidRequest("", "the Idempotency-Key must have 1 to 255 printable characters");
        }
        return key;
    }

    /** Looks the key up; waits while the same request is being carried out, so that both get the same answer. */
    private KeyState find(Caller caller, String key, byte[] hash) {
        long deadline = System.nanoTime() + MAX_WAIT.toNanos();
        while (true) {
            KeyState state = keys.claim(caller, key, hash);
            if (!(state instanceof KeyState.InProgress) || System.nanoTime() > deadline) {
                return state;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return state;
            }
        }
    }

    private void carryOut(KeyClaim claim, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ContentCachingResponseWrapper kept = new ContentCachingResponseWrapper(response);
        boolean answered = false;
        try {
            ScopedValue.where(KeyClaim.CURRENT, claim).call(() -> {
                chain.doFilter(request, kept);
                return null;
            });
            answered = true;
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        } finally {
            settle(claim, kept, answered ? kept.getStatus() : 500);
            kept.copyBodyToResponse();
        }
    }

    /**
     * Stores the answer. An answer that may be different at the next attempt is not stored, unless the request took effect already.
     */
    private void settle(KeyClaim claim, ContentCachingResponseWrapper response, int status) {
        boolean passing = status >= 500 || status == 409 || status == 429;
        try {
            if (passing && keys.giveUp(claim)) {
                return;
            }
            Map<String, String> headers = new LinkedHashMap<>();
            for (String name : KEPT_HEADERS) {
                String value =
                        name.equals(HttpHeaders.CONTENT_TYPE) ? response.getContentType() : response.getHeader(name);
                if (value != null) {
                    headers.put(name, value);
                }
            }
            // An answer that no cache may store holds a secret: its body is not stored here either.
            byte[] body = isSecret(headers) ? new byte[0] : response.getContentAsByteArray();
            keys.keep(claim, new Answer(status, headers, body));
        } catch (DataAccessException away) {
            log.warn("The answer to a request with an Idempotency-Key could not be stored", away);
        }
    }

    private static boolean isSecret(Map<String, String> headers) {
        return headers.getOrDefault(HttpHeaders.CACHE_CONTROL, "").contains("no-store");
    }

    private static void repeat(Answer answer, HttpServletResponse response) throws IOException {
        if (isSecret(answer.headers())) {
            throw new AnswerNotKept();
        }
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setHeader("Idempotency-Replayed", "true");
        response.getOutputStream().write(answer.body());
    }

    private static byte[] hash(RereadableRequest request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String line =
                    request.getRequestURI() + "?" + request.getQueryString() + "\n" + request.getContentType() + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            return digest.digest(request.body());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
