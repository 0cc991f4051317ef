package dev.bailiwick.server.compression;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * An answer that is compressed if it is text and not short. That is decided once {@value #MIN} bytes were written, or at a flush or
 * the end if they come earlier; until then nothing is sent.
 */
final class CompressedResponse extends HttpServletResponseWrapper {

    /** A shorter answer gains nothing from gzip, which adds a header and takes CPU time; the usual default of servers. */
    static final int MIN = 2048;

    private static final Set<String> TEXT = Set.of(
            "text/html",
            "text/plain",
            "text/css",
            "text/javascript",
            "application/javascript",
            "application/json",
            "application/problem+json",
            "image/svg+xml");

    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream(MIN);
    private @Nullable OutputStream chosen;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    CompressedResponse(HttpServletResponse response) {
        super(response);
    }

    @Override
    public ServletOutputStream getOutputStream() {
        if (stream == null) {
            stream = new Body();
        }
        return stream;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (writer == null) {
            // The container adds the charset to the content type when it is asked for a writer; its writer is not used.
            Charset charset = Charset.forName(getCharacterEncoding());
            setCharacterEncoding(charset);
            writer = new PrintWriter(new OutputStreamWriter(getOutputStream(), charset));
        }
        return writer;
    }

    @Override
    public void flushBuffer() throws IOException {
        if (writer != null) {
            writer.flush();
        }
        getOutputStream().flush();
        super.flushBuffer();
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        forget();
    }

    @Override
    public void reset() {
        super.reset();
        forget();
    }

    @Override
    public void sendError(int status) throws IOException {
        resetBuffer();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        resetBuffer();
        super.sendError(status, message);
    }

    /** Discards the bytes that were not sent. */
    private void forget() {
        beginning.reset();
        chosen = null;
        writer = null;
        setHeader(HttpHeaders.CONTENT_ENCODING, null);
    }

    /** Sends the remaining bytes. */
    void finish() throws IOException {
        if (writer != null) {
            writer.flush();
        }
        if (chosen == null && beginning.size() > 0) {
            choose(false);
        }
        if (chosen instanceof GZIPOutputStream compressing) {
            compressing.finish();
        }
    }

    private OutputStream choose(boolean worthIt) throws IOException {
        boolean text = isText();
        if (text) {
            addHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        }
        OutputStream plain = super.getOutputStream();
        if (worthIt && text && !containsHeader(HttpHeaders.CONTENT_ENCODING) && !hasStrongTag() && !isFixed()) {
            setHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
            setContentLengthLong(-1);
            chosen = new GZIPOutputStream(plain, MIN);
        } else {
            chosen = plain;
        }
        beginning.writeTo(chosen);
        beginning.reset();
        return chosen;
    }

    private boolean isText() {
        String type = getContentType();
        return type != null && TEXT.contains(type.split(";", 2)[0].strip());
    }

    /** Whether the answer has a strong ETag, which stands for its exact bytes. */
    private boolean hasStrongTag() {
        String tag = getHeader(HttpHeaders.ETAG);
        return tag != null && !tag.startsWith("W/");
    }

    /** Whether the answer must be sent as it is, for example because it is read as it grows. */
    private boolean isFixed() {
        String cache = getHeader(HttpHeaders.CACHE_CONTROL);
        return cache != null && cache.contains("no-transform");
    }

    private final class Body extends ServletOutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (chosen != null) {
                chosen.write(bytes, offset, length);
                return;
            }
            beginning.write(bytes, offset, length);
            if (beginning.size() >= MIN || !isText()) {
                choose(beginning.size() >= MIN);
            }
        }

        /** Flushes uncompressed output only: each flush of compressed output would add bytes. */
        @Override
        public void flush() throws IOException {
            OutputStream out = chosen;
            if (out == null && beginning.size() > 0) {
                out = choose(false);
            }
            if (out != null && !(out instanceof GZIPOutputStream)) {
                out.flush();
            }
        }

        @Override
        public boolean isReady() {
            try {
                return CompressedResponse.super.getOutputStream().isReady();
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException("this answer supports only blocking writes");
        }
    }
}
