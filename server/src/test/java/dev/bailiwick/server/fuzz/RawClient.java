package dev.bailiwick.server.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Sends requests over one connection to a server on this machine, and opens another when the server closes it. */
final class RawClient implements Closeable {

    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private @Nullable Socket socket;
    private InputStream answers = InputStream.nullInputStream();

    RawClient(int port) {
        this.port = port;
    }

    /**
     * An answer.
     *
     * @param headers by their names in lower case; of a header that is there several times, the last
     * @param body empty for a stream, which does not end
     */
    @SuppressWarnings("ArrayRecordComponent") // answers are not compared
    record Answer(int status, Map<String, String> headers, byte[] body) {

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean isJson() {
            return header("content-type").startsWith("application/problem+json");
        }

        String text() {
            if (!header("content-encoding").equals("gzip")) {
                return new String(body, StandardCharsets.UTF_8);
            }
            try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
                return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new IllegalStateException("The body is not compressed as its header says", e);
            }
        }
    }

    Answer send(RawRequest request) throws IOException {
        byte[] bytes = request.bytes(port);
        boolean fresh = socket == null;
        try {
            return exchange(bytes, request.method());
        } catch (IOException e) {
            close();
            if (fresh) {
                throw e;
            }
            // The server had closed the connection after the answer before.
            return exchange(bytes, request.method());
        }
    }

    private Answer exchange(byte[] request, String method) throws IOException {
        Socket current = socket;
        if (current == null) {
            current = new Socket(InetAddress.getLoopbackAddress(), port);
            current.setSoTimeout(PATIENCE_MILLIS);
            current.setTcpNoDelay(true);
            socket = current;
            answers = new BufferedInputStream(current.getInputStream());
        }
        current.getOutputStream().write(request);
        Answer answer = read(method);
        if (answer.header("connection").equals("close")
                || answer.header("content-type").startsWith("text/event")) {
            close();
        }
        return answer;
    }

    private Answer read(String method) throws IOException {
        String first = line();
        int status = Integer.parseInt(first.split(" ", 3)[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (status < 200) {
            return read(method);
        }
        boolean bodiless = method.equals("HEAD") || status == 204 || status == 304;
        return new Answer(status, headers, bodiless ? new byte[0] : body(headers));
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("content-type", "").startsWith("text/event-stream")) {
            return new byte[0];
        }
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int length = chunk(); length > 0; length = chunk()) {
                body.writeBytes(exactly(length));
                line();
            }
            line();
            return body.toByteArray();
        }
        String length = headers.get("content-length");
        return length == null ? answers.readAllBytes() : exactly(Integer.parseInt(length));
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = answers.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The answer ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = answers.read(); octet != '\n'; octet = answers.read()) {
            if (octet < 0) {
                throw new EOFException("The connection ended within a line");
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
