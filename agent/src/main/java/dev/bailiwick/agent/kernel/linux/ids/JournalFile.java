package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.disk.ReservedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The form of a journal's file and of its reserve. Each line is {@code <CRC-32C as 8 hexadecimal digits> <text>}, so that damaged lines
 * are detected.
 */
final class JournalFile {

    private static final int SUM_DIGITS = 8;

    private JournalFile() {}

    /**
     * The content of a journal file.
     *
     * @param lines the lines in order, as they were written
     * @param damaged the number of lines that differ from what was written; does not count an incomplete last line, because nobody has
     *     acted on it
     */
    record Content(List<String> lines, int damaged) {}

    static Path reserveOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".reserve");
    }

    /** Returns the content of the reserve, without the zeros at its end. */
    static byte[] reserved(Path file) throws IOException {
        try (ReservedFile reserve = new ReservedFile(reserveOf(file))) {
            byte[] content = reserve.content();
            int end = 0;
            while (end < content.length && content[end] != 0) {
                end++;
            }
            return Arrays.copyOf(content, end);
        }
    }

    /** Returns the undamaged lines of the reserve, which apply after those of the file. */
    static List<String> readReserve(Path file) throws IOException {
        return lines(reserved(file)).lines();
    }

    /** Returns the file's content; no lines if there is no file. */
    static Content read(Path file) throws IOException {
        try {
            return lines(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return new Content(List.of(), 0);
        }
    }

    private static Content lines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        int damaged = 0;
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            byte[] line = Arrays.copyOfRange(bytes, start, end);
            start = end + 1;
            String text = new String(line, StandardCharsets.UTF_8);
            String content = text.length() > SUM_DIGITS ? text.substring(SUM_DIGITS + 1) : "";
            if (Arrays.equals(line, encode(content))) {
                lines.add(content);
            } else {
                damaged++;
            }
        }
        return new Content(lines, damaged);
    }

    private static byte[] encode(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (HexFormat.of().toHexDigits((int) sum.getValue()) + " " + content).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] encode(List<String> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : lines) {
            bytes.writeBytes(encode(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }
}
