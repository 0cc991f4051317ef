import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The part of a document that one command writes, between two marks of its own: what other commands wrote stays as it is. */
final class Section {

    private Section() {}

    /**
     * Replaces what this command wrote last, or adds it at the end.
     *
     * @param command for example {@code ./bench jail}
     * @param text Markdown that begins with a heading
     */
    static void write(Path document, String command, CharSequence text) throws IOException {
        String begin = "<!-- written by " + command + " -->\n";
        String end = "<!-- end of " + command + " -->\n";
        String section = begin + "\n" + text.toString().strip() + "\n\n" + end;
        String before = Files.exists(document) ? Files.readString(document) : "";
        int from = before.indexOf(begin);
        int to = before.indexOf(end);
        String after = from < 0 || to < from
                ? before.stripTrailing() + "\n\n" + section
                : before.substring(0, from) + section + before.substring(to + end.length());
        Files.writeString(document, after);
    }
}
