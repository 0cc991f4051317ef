package dev.bailiwick.server.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A request, byte by byte, so that it can be one that no client library would send.
 *
 * @param target the path and the query as they are sent
 * @param headers without {@code Host}, {@code Content-Length} and {@code Transfer-Encoding}; characters are sent as ISO 8859-1
 * @param sender who sends it, for messages
 */
@SuppressWarnings("ArrayRecordComponent") // requests are not compared
record RawRequest(String method, String target, List<Header> headers, byte[] body, boolean chunked, String sender) {

    private static final int MAX_SHOWN = 4_000;

    /** Names and ids that differ between two runs with the same seed. */
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    record Header(String name, String value) {}

    RawRequest {
        headers = List.copyOf(headers);
    }

    byte[] bytes(int port) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (headers.stream().noneMatch(header -> header.name().equals("Host"))) {
            head.append("Host: 127.0.0.1:").append(port).append("\r\n");
        }
        headers.forEach(header ->
                head.append(header.name()).append(": ").append(header.value()).append("\r\n"));
        if (chunked) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (body.length > 0 || method.equals("POST")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (chunked && body.length > 0) {
            bytes.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(body);
            bytes.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        } else {
            bytes.writeBytes(body);
        }
        if (chunked) {
            bytes.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** Returns the method and the path without ids and query, which requests of the same kind have in common. */
    String kind() {
        return method + " " + ID.matcher(target.replaceFirst("\\?.*", "")).replaceAll("ID");
    }

    /** Returns a command that repeats the request, for bash. */
    String curl(int port) {
        StringBuilder command = new StringBuilder("curl --path-as-is -i -X " + quoted(method));
        headers.forEach(header -> command.append(" -H ").append(quoted(header.name() + ": " + header.value())));
        if (chunked) {
            command.append(" -H 'Transfer-Encoding: chunked'");
        }
        if (body.length > 0) {
            command.append(" --data-binary ").append(quoted(new String(body, StandardCharsets.ISO_8859_1)));
        }
        String whole = command + " " + quoted("http://127.0.0.1:" + port + target);
        return "# as " + sender + "\n"
                + (whole.length() <= MAX_SHOWN ? whole : whole.substring(0, MAX_SHOWN) + "… " + whole.length());
    }

    private static String quoted(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '\'')) {
            return "'" + text + "'";
        }
        StringBuilder quoted = new StringBuilder("$'");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                quoted.append(c);
            } else {
                quoted.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
            }
        }
        return quoted.append('\'').toString();
    }
}
