package dev.bailiwick.benchmarks.change;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One client's connection to the REST API, kept open. It does only what a request needs, because the time of a client library would
 * be measured too. Used by one thread.
 */
final class Connection implements AutoCloseable {

    private final SSLSocketFactory sockets;
    private final int port;
    private final String authorization;
    private SSLSocket socket;
    private InputStream input;

    record Answer(int status, String body) {
        Answer expecting(int hundreds) {
            if (status / 100 != hundreds) {
                throw new IllegalStateException(status + " " + body);
            }
            return this;
        }
    }

    Connection(SSLSocketFactory sockets, int port, String authorization) throws IOException {
        this.sockets = sockets;
        this.port = port;
        this.authorization = authorization;
        open();
    }

    private void open() throws IOException {
        socket = (SSLSocket) sockets.createSocket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(90_000);
        socket.startHandshake();
        input = new BufferedInputStream(socket.getInputStream(), 64 << 10);
    }

    Answer send(String method, String path, String body) throws IOException {
        return send(method, path, body, "application/json");
    }

    Answer send(String method, String path, String body, String type) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " /api/v1" + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + authorization
                + "\r\nContent-Type: " + type + "\r\nContent-Length: " + content.length + "\r\n\r\n";
        byte[] request = (head + body).getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(request);
        return answer();
    }

    private Answer answer() throws IOException {
        int status = Integer.parseInt(line().split(" ", -1)[1]);
        int length = 0;
        boolean chunked = false;
        boolean last = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            chunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
            last |= header.startsWith("connection:") && header.contains("close");
        }
        StringBuilder body = new StringBuilder();
        if (chunked) {
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                body.append(new String(input.readNBytes(size), StandardCharsets.UTF_8));
                line();
            }
            line();
        } else {
            body.append(new String(input.readNBytes(length), StandardCharsets.UTF_8));
        }
        if (last) {
            close();
            open();
        }
        return new Answer(status, body.toString());
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = input.read(); next != '\n'; next = input.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
