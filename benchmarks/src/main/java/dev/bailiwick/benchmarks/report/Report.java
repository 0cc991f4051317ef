package dev.bailiwick.benchmarks.report;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The section of a document that one command writes, between its own two marks. The sections of other commands stay as they are. */
public final class Report {

    private final String command;
    private final StringBuilder text = new StringBuilder();

    /** @param command for example {@code ./bench jail} */
    public Report(String command) {
        this.command = command;
    }

    /** Adds a line of Markdown unchanged; the first line is a heading. */
    public void line(String line) {
        text.append(line).append('\n');
    }

    /** Adds a line of Markdown. */
    @FormatMethod
    public void line(@FormatString String format, Object... values) {
        line(String.format(Locale.ROOT, format, values));
    }

    /** Prints the section, and replaces the command's earlier section in the document, or adds this one at the end. */
    public void publish(Path document) throws IOException {
        System.out.print("\n" + text);
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
