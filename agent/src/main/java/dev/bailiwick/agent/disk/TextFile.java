package dev.bailiwick.agent.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads text that other programs or people wrote. No byte is an error: bytes that are not UTF-8 become U+FFFD. So a comment in an old
 * encoding, or the name of a process or of a mount, prevents nothing.
 */
public final class TextFile {

    private TextFile() {}

    public static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    public static List<String> lines(Path file) throws IOException {
        return lines(read(file));
    }

    /**
     * Returns the lines of a text in which only a line feed ends a line, as in files of {@code /proc}: there, names of processes, mounts
     * and cgroups may contain a carriage return, which {@link String#lines} takes for an end, too.
     */
    public static List<String> lines(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        String ended = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        return List.of(ended.split("\n", -1));
    }
}
