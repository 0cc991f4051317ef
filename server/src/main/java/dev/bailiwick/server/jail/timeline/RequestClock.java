package dev.bailiwick.server.jail.timeline;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** The time of arrival of the current request, taken before all other work on the request. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public class RequestClock implements Filter {

    private static final ScopedValue<Long> NANOS = ScopedValue.newInstance();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            ScopedValue.where(NANOS, System.nanoTime()).call(() -> {
                chain.doFilter(request, response);
                return null;
            });
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("A filter chain threw an unexpected exception", e);
        }
    }

    /** Returns the time since the arrival of the current request, in microseconds; 0 if there is no request. */
    public static long microsAgo() {
        return NANOS.isBound() ? (System.nanoTime() - NANOS.get()) / 1_000 : 0;
    }
}
