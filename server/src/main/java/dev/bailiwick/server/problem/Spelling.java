package dev.bailiwick.server.problem;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The forms of a path (RFC 3986, 3.3 and 6.2). */
public final class Spelling {

    /** Characters that a segment may have unescaped. The semicolon is not one: some programs read parameters after it. */
    private static final String UNESCAPED = "-._~!$&'()*+,=:@";

    private Spelling() {}

    /** Whether the path has its only plain form: it is absolute, and escapes only characters that need it. */
    public static boolean isPlain(String path) {
        if (path.equals("/")) {
            return true;
        }
        if (!path.startsWith("/")) {
            return false;
        }
        List<String> segments = Arrays.asList(path.substring(1).split("/", -1));
        // The last segment may be empty: a path that ends with a slash is a different path, which does not exist.
        return segments.subList(0, segments.size() - 1).stream().noneMatch(String::isEmpty)
                && segments.stream().allMatch(Spelling::isPlainSegment);
    }

    /** Whether the query can be decoded: its escapes are UTF-8. */
    public static boolean isReadable(@Nullable String query) {
        if (query == null) {
            return true;
        }
        ByteBuffer octets = ByteBuffer.allocate(query.length());
        for (int i = 0; i < query.length(); i++) {
            char next = query.charAt(i);
            if (next != '%') {
                octets.put(next < 0x80 ? (byte) next : (byte) 0xff);
                continue;
            }
            if (i + 2 >= query.length() || !isHex(query.charAt(i + 1)) || !isHex(query.charAt(i + 2))) {
                return false;
            }
            octets.put((byte) HexFormat.fromHexDigits(query, i + 1, i + 3));
            i += 2;
        }
        return isUtf8(octets.flip());
    }

    private static boolean isPlainSegment(String segment) {
        if (segment.equals(".") || segment.equals("..")) {
            return false;
        }
        ByteBuffer escaped = ByteBuffer.allocate(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char next = segment.charAt(i);
            if (next != '%') {
                if (!needsNoEscape(next)) {
                    return false;
                }
                escaped.put((byte) next);
                continue;
            }
            if (i + 2 >= segment.length() || !isHex(segment.charAt(i + 1)) || !isHex(segment.charAt(i + 2))) {
                return false;
            }
            int octet = HexFormat.fromHexDigits(segment, i + 1, i + 3);
            if (octet < 0x20
                    || octet == 0x7f
                    || octet == '/'
                    || octet == '\\'
                    || octet == ';'
                    || needsNoEscape((char) octet)) {
                return false;
            }
            escaped.put((byte) octet);
            i += 2;
        }
        return isUtf8(escaped.flip());
    }

    private static boolean needsNoEscape(char character) {
        return character >= 'a' && character <= 'z'
                || character >= 'A' && character <= 'Z'
                || character >= '0' && character <= '9'
                || UNESCAPED.indexOf(character) >= 0;
    }

    private static boolean isHex(char character) {
        return HexFormat.isHexDigit(character);
    }

    private static boolean isUtf8(ByteBuffer octets) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets).capacity() >= 0;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Returns the path as lenient programs would read it. Only for choosing the form of a rejection, never for other decisions. */
    static String read(String path) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char next = path.charAt(i);
            if (next == '%' && i + 2 < path.length() && isHex(path.charAt(i + 1)) && isHex(path.charAt(i + 2))) {
                text.append((char) HexFormat.fromHexDigits(path, i + 1, i + 3));
                i += 2;
            } else {
                text.append(next);
            }
        }
        String[] segments = text.toString().replace('\\', '/').split("/", -1);
        java.util.ArrayDeque<String> kept = new java.util.ArrayDeque<>();
        for (String segment : segments) {
            String name = segment.split(";", 2)[0];
            if (name.equals("..")) {
                kept.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                kept.addLast(name);
            }
        }
        return "/" + String.join("/", kept);
    }
}
