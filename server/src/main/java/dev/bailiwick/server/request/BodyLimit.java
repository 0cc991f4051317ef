package dev.bailiwick.server.request;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Paths;
import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limits the length of bodies of the API, whether announced or streamed; an operator's batch may be longer. The content of a file of a jail
 * has no limit here: nothing of it is kept, and nothing is read before the caller is known to have that jail's files. The web server limits
 * forms.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
public class BodyLimit extends OncePerRequestFilter {

    private static final String BATCH = ":batch";
    private static final Pattern FILE_CONTENT = Pattern.compile("/api/v1/jails/[^/]+/files/(content|archive)");
    private static final String STAFF = "ROLE_STAFF";

    private final DataSize usual;
    private final DataSize batch;
    private final ProblemWriter problems;

    @Autowired
    public BodyLimit(ProblemWriter problems) {
        this(DataSize.ofBytes(Bound.BODY_BYTES.value()), DataSize.ofBytes(Bound.BATCH_BYTES.value()), problems);
    }

    public BodyLimit(DataSize usual, DataSize batch, ProblemWriter problems) {
        this.usual = usual;
        this.batch = batch;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !Paths.isApi(request)
                || FILE_CONTENT.matcher(request.getRequestURI()).matches();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        DataSize limit = request.getRequestURI().endsWith(BATCH) ? batch : usual;
        if (request.getContentLengthLong() > limit.toBytes()) {
            problems.answer(request, response, new BodyTooLarge(limit));
            return;
        }
        // The filters behind this one authenticate the caller, before the body is read.
        chain.doFilter(new LimitedRequest(request, () -> isOfStaff() ? limit : usual), response);
    }

    private static boolean isOfStaff() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null
                && known.getAuthorities().stream().anyMatch(authority -> STAFF.equals(authority.getAuthority()));
    }

    private static final class LimitedRequest extends HttpServletRequestWrapper {
        private final Supplier<DataSize> limit;

        LimitedRequest(HttpServletRequest request, Supplier<DataSize> limit) {
            super(request);
            this.limit = limit;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            DataSize known = limit.get();
            if (getContentLengthLong() > known.toBytes()) {
                throw new BodyTooLarge(known);
            }
            return new LimitedStream(super.getInputStream(), known);
        }

        @Override
        public BufferedReader getReader() throws IOException {
            return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }
    }

    private static final class LimitedStream extends ServletInputStream {
        private final ServletInputStream stream;
        private final DataSize limit;
        private long count;

        LimitedStream(ServletInputStream stream, DataSize limit) {
            this.stream = stream;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            int octet = stream.read();
            if (octet >= 0) {
                count(1);
            }
            return octet;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = stream.read(target, offset, length);
            if (read > 0) {
                count(read);
            }
            return read;
        }

        private void count(int read) {
            count += read;
            if (count > limit.toBytes()) {
                throw new BodyTooLarge(limit);
            }
        }

        @Override
        public boolean isFinished() {
            return stream.isFinished();
        }

        @Override
        public boolean isReady() {
            return stream.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            stream.setReadListener(listener);
        }
    }
}
