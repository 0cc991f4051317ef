package dev.bailiwick.server.account.signin.form;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.bounds.Bound;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Rejects a form that only staff may send, before it is read: a longer one than others need, or one that does not say how long
 * it is. A file for a jail has no limit here: nothing of it is kept, and nothing is read before its sender is known to have that jail's files.
 */
public final class FormLimit extends OncePerRequestFilter {

    private static final Pattern FILE = Pattern.compile("/jails/[^/]+/files/(upload|part)");

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        boolean isSmall = length < 0 ? !isForm(request.getContentType()) : length <= Bound.FORM_BYTES.value();
        boolean isFile = !isForm(request.getContentType())
                && FILE.matcher(request.getRequestURI()).matches();
        return isSmall || isFile || !HttpMethod.POST.matches(request.getMethod());
    }

    private static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && contentType.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        if (known != null
                && known.getPrincipal() instanceof Caller caller
                && caller.role().isStaff()) {
            chain.doFilter(request, response);
        } else {
            response.sendError(HttpStatus.CONTENT_TOO_LARGE.value());
        }
    }
}
