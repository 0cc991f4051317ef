package dev.bailiwick.jail.file;

import dev.bailiwick.jail.validation.InvalidValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The text for a name or a path of a file, which can have any bytes but NUL. It is the name in UTF-8; a backslash is written {@code \\}, and a
 * byte that is not UTF-8, or is part of a character that nobody sees, {@code \x} and two hexadecimal digits.
 */
public final class FileName {

    private static final char ESCAPE = '\\';
    private static final HexFormat HEX = HexFormat.of();

    private FileName() {}

    /** Returns the text for a name; the same name always has the same text. */
    public static String text(byte[] name) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(name);
        CharBuffer characters = CharBuffer.allocate(name.length + 1);
        StringBuilder text = new StringBuilder(name.length);
        while (true) {
            CoderResult result = decoder.decode(bytes, characters, true);
            characters.flip();
            appendShown(text, characters.toString());
            characters.clear();
            if (!result.isMalformed()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                appendByte(text, bytes.get());
            }
            decoder.reset();
        }
    }

    private static void appendShown(StringBuilder text, String part) {
        part.codePoints().forEach(character -> {
            if (character == ESCAPE) {
                text.append(ESCAPE).append(ESCAPE);
            } else if (isSeen(character)) {
                text.appendCodePoint(character);
            } else {
                for (byte one : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
                    appendByte(text, one);
                }
            }
        });
    }

    private static boolean isSeen(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void appendByte(StringBuilder text, byte one) {
        text.append(ESCAPE).append('x').append(HEX.toHexDigits(one));
    }

    /**
     * Returns the name for a text.
     *
     * @throws InvalidValue if it has a NUL, or a backslash that begins none of the two forms
     */
    public static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int plain = 0;
        for (int at = text.indexOf(ESCAPE); at >= 0; at = text.indexOf(ESCAPE, plain)) {
            bytes.writeBytes(encode(text.substring(plain, at)));
            plain = unescape(text, at + 1, bytes);
        }
        bytes.writeBytes(encode(text.substring(plain)));
        byte[] name = bytes.toByteArray();
        for (byte one : name) {
            if (one == 0) {
                throw new InvalidValue("contains a NUL, which no file name has");
            }
        }
        return name;
    }

    /** @return where the text goes on */
    private static int unescape(String text, int at, ByteArrayOutputStream into) {
        if (text.startsWith("\\", at)) {
            into.write(ESCAPE);
            return at + 1;
        }
        int end = at + 3;
        if (text.startsWith("x", at)
                && end <= text.length()
                && HexFormat.isHexDigit(text.charAt(at + 1))
                && HexFormat.isHexDigit(text.charAt(at + 2))) {
            into.write(HexFormat.fromHexDigits(text, at + 1, end));
            return end;
        }
        throw new InvalidValue(
                "has a backslash that is followed neither by another nor by x and two hexadecimal digits");
    }

    private static byte[] encode(String part) {
        if (part.codePoints().anyMatch(character -> Character.getType(character) == Character.SURROGATE)) {
            throw new InvalidValue("is not Unicode text");
        }
        return part.getBytes(StandardCharsets.UTF_8);
    }
}
