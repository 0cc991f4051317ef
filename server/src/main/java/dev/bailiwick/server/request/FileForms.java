package dev.bailiwick.server.request;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.InvalidFileNameException;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads a form with a file (multipart/form-data) as far as its file: the fields before it become parameters, so that the token of the form is
 * checked as that of any other form, and the file becomes the body of the request, which is read as it arrives. Nothing of it is kept. The
 * handler takes a body, and finds the name of the file in an attribute. What follows the file is not read.
 */
public final class FileForms extends OncePerRequestFilter {

    /** The name of the request attribute with the name of the file, as the browser has sent it; missing if no file was chosen. */
    public static final String FILE_NAME = "dev.bailiwick.file-name";

    /** A name has 255 bytes, and a browser sends up to three for one of them. */
    private static final int MAX_HEAD_OF_PART = 4 << 10;

    /** The library reads so much at a time, also of the file. */
    private static final long READ_AHEAD = 4 << 10;

    private final ProblemWriter problems;

    public FileForms(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String type = request.getContentType();
        return type == null
                || !request.getMethod().equals("POST")
                || !type.toLowerCase(Locale.ROOT).startsWith(FileUpload.MULTIPART_FORM_DATA);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        FileRequest form;
        try {
            form = read(request);
        } catch (FileUploadException | MalformedStreamException | InvalidFileNameException malformed) {
            problems.answer(request, response, new UnreadableQuery());
            return;
        } catch (BodyTooLarge tooLarge) {
            problems.answer(request, response, tooLarge);
            return;
        }
        chain.doFilter(form, response);
    }

    private static FileRequest read(HttpServletRequest request) throws IOException, FileUploadException {
        FileUpload parts = new FileUpload();
        parts.setHeaderEncoding(StandardCharsets.UTF_8.name());
        parts.setPartHeaderSizeMax(MAX_HEAD_OF_PART);
        Map<String, List<String>> fields = new LinkedHashMap<>();
        Beginning body = new Beginning(request.getInputStream());
        FileItemIterator iterator = parts.getItemIterator(new ServletRequestContext(request) {
            @Override
            public InputStream getInputStream() {
                return body;
            }
        });
        for (int count = 0; iterator.hasNext(); count++) {
            FileItemStream part = iterator.next();
            if (!part.isFormField()) {
                body.end();
                return new FileRequest(request, fields, Optional.of(part));
            }
            if (count == Bound.FILE_FORM_FIELDS.value()) {
                throw new FileUploadException("it has too many fields");
            }
            fields.computeIfAbsent(part.getFieldName(), _ -> new ArrayList<>())
                    .add(new String(part.openStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        return new FileRequest(request, fields, Optional.empty());
    }

    /** What a form has before its file, with all that is no field. It has to end before the file is read. */
    private static final class Beginning extends FilterInputStream {

        private long left = Bound.FILE_FORM_BYTES.value() + READ_AHEAD;

        Beginning(InputStream body) {
            super(body);
        }

        void end() {
            left = Long.MAX_VALUE;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        /** @throws BodyTooLarge after as many bytes as may be before a file */
        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                throw new BodyTooLarge(DataSize.ofBytes(Bound.FILE_FORM_BYTES.value()));
            }
            int count = super.read(target, offset, (int) Math.min(length, left));
            left -= Math.max(count, 0);
            return count;
        }
    }

    private static final class FileRequest extends HttpServletRequestWrapper {

        private final Map<String, String[]> parameters = new LinkedHashMap<>();
        private final ServletInputStream body;

        FileRequest(HttpServletRequest request, Map<String, List<String>> fields, Optional<FileItemStream> file)
                throws IOException {
            super(request);
            fields.forEach((name, values) -> parameters.put(name, values.toArray(String[]::new)));
            // What the address says, counts as a second value of the same name, which is refused.
            request.getParameterMap().forEach((name, values) -> parameters.merge(name, values, FileRequest::both));
            file.map(FileItemStream::getName)
                    .filter(name -> !name.isEmpty())
                    .ifPresent(name -> request.setAttribute(FILE_NAME, name));
            this.body = new FileBody(file.isPresent() ? file.get().openStream() : InputStream.nullInputStream());
        }

        private static String[] both(String[] first, String[] second) {
            List<String> all = new ArrayList<>(List.of(first));
            Collections.addAll(all, second);
            return all.toArray(String[]::new);
        }

        @Override
        public @Nullable String getParameter(String name) {
            String[] values = parameters.get(name);
            return values == null ? null : values[0];
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            return Collections.unmodifiableMap(parameters);
        }

        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.enumeration(parameters.keySet());
        }

        @Override
        public String @Nullable [] getParameterValues(String name) {
            return parameters.get(name);
        }

        @Override
        public ServletInputStream getInputStream() {
            return body;
        }
    }

    private static final class FileBody extends ServletInputStream {

        private final InputStream file;
        private boolean isFinished;

        FileBody(InputStream file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            int octet = file.read();
            isFinished = octet < 0;
            return octet;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = file.read(target, offset, length);
            isFinished = count < 0;
            return count;
        }

        @Override
        public boolean isFinished() {
            return isFinished;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("A file is read by one thread");
        }
    }
}
