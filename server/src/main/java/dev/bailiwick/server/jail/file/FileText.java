package dev.bailiwick.server.jail.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The content of a file that can be edited in a form and be written back byte for byte: a browser sends every end of a line as CR LF, so all
 * ends of lines must be of one kind.
 *
 * @param text with lines that end with LF
 * @param isCrLf whether the lines of the file end with CR LF
 */
record FileText(String text, boolean isCrLf) {

    /** A form has 256 KiB, and a browser sends up to three bytes for each byte of a text. */
    static final int MAX_BYTES = 64 << 10;

    private static final String CR_LF = "\r\n";
    private static final String LF = "\n";

    /** Returns the text; empty if the content is longer than {@link #MAX_BYTES}, no UTF-8, has a NUL, or ends of lines of several kinds. */
    static Optional<FileText> of(byte[] content) {
        if (content.length > MAX_BYTES) {
            return Optional.empty();
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
        boolean isCrLf = text.contains(CR_LF);
        String lines = isCrLf ? text.replace(CR_LF, LF) : text;
        boolean isMixed = isCrLf && count(lines, '\n') != count(text, '\r');
        return text.indexOf('\0') >= 0 || lines.indexOf('\r') >= 0 || isMixed
                ? Optional.empty()
                : Optional.of(new FileText(lines, isCrLf));
    }

    private static long count(String text, char character) {
        return text.chars().filter(one -> one == character).count();
    }

    /** Returns what a form has sent. */
    static FileText sent(String text, boolean isCrLf) {
        return new FileText(text.replace(CR_LF, LF).replace('\r', '\n'), isCrLf);
    }

    byte[] bytes() {
        return (isCrLf ? text.replace(LF, CR_LF) : text).getBytes(StandardCharsets.UTF_8);
    }
}
