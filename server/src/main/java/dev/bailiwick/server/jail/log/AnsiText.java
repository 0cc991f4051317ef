package dev.bailiwick.server.jail.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows what a program wrote for a terminal: colours become classes of styles, all other sequences are left out (ECMA-48), and other
 * control characters have their pictures. The text is not escaped yet.
 */
final class AnsiText {

    /** A longer line is cut. */
    private static final int MAX_CHARACTERS = 4_000;

    /** The rest of a line that changes its style more often has the style of the last piece. */
    private static final int MAX_RUNS = 200;

    /** The first of the block "Control Pictures", which has the order of the characters. */
    private static final char PICTURES = '\u2400';

    private static final char PICTURE_OF_DELETE = '\u2421';
    private static final int DELETE = 0x7f;

    /** A control sequence; a string up to its end, such as a title; or a sequence of two characters or three. */
    private static final Pattern SEQUENCE = Pattern.compile(
            "\u001b(?:\\[(?<parameters>[0-?]{0,64})[ -/]{0,8}(?<end>[@-~])|[\\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\\\|$)|[ -/]{0,2}[0-~])");

    private static final int COLOURS = 8;

    private final List<Run> runs = new ArrayList<>();
    private final Set<String> styles = new TreeSet<>();

    /**
     * A piece of text.
     *
     * @param classes separated by spaces; empty for none
     */
    record Run(String classes, String text) {}

    private AnsiText() {}

    /** Returns a line in pieces; each byte that is not UTF-8 is U+FFFD. */
    static List<Run> of(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8);
        return new AnsiText().read(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }

    private List<Run> read(String text) {
        int from = 0;
        Matcher sequence = SEQUENCE.matcher(text);
        int shown = 0;
        while (shown < MAX_CHARACTERS && sequence.find()) {
            shown += add(text.substring(from, sequence.start()), MAX_CHARACTERS - shown);
            from = sequence.end();
            if ("m".equals(sequence.group("end"))) {
                style(sequence.group("parameters"));
            }
        }
        add(text.substring(from), MAX_CHARACTERS - shown);
        return runs;
    }

    private int add(String text, int room) {
        if (!text.isEmpty()) {
            String cut = text.length() > room ? text.substring(0, room) + "\u2026" : text;
            add(new Run(String.join(" ", styles), pictures(cut)));
        }
        return text.length();
    }

    private void add(Run run) {
        boolean goesOn = !runs.isEmpty()
                && (runs.size() >= MAX_RUNS || runs.getLast().classes().equals(run.classes()));
        if (goesOn) {
            Run last = runs.removeLast();
            runs.add(new Run(last.classes(), last.text() + run.text()));
        } else {
            runs.add(run);
        }
    }

    private static String pictures(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == DELETE) {
                shown.append(PICTURE_OF_DELETE);
            } else if (c < ' ' && c != '\t') {
                shown.append((char) (PICTURES + c));
            } else {
                shown.append(isOfDirection(c) ? '\ufffd' : c);
            }
        }
        return shown.toString();
    }

    /** Whether it changes the direction of the text after it, so that it could be read as another. */
    private static boolean isOfDirection(char c) {
        return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
    }

    private void style(String parameters) {
        String[] codes = parameters.split("[;:]", -1);
        for (int i = 0; i < codes.length; i++) {
            int code = codes[i].matches("[0-9]{1,3}") ? Integer.parseInt(codes[i]) : 0;
            if (code == 38 || code == 48) {
                // There are 256 colours or more; only the first 16 are shown.
                boolean isIndexed = i + 2 < codes.length && codes[i + 1].equals("5");
                String layer = code == 38 ? "fg" : "bg";
                clear(layer);
                if (isIndexed && codes[i + 2].matches("[0-9]|1[0-5]")) {
                    styles.add(layer + codes[i + 2]);
                }
                i += isIndexed ? 2 : 4;
            } else {
                style(code);
            }
        }
    }

    private void style(int code) {
        switch (code) {
            case 0 -> styles.clear();
            case 1 -> styles.add("bold");
            case 2 -> styles.add("dim");
            case 3 -> styles.add("italic");
            case 4 -> styles.add("underline");
            case 7 -> styles.add("inverse");
            case 22 -> {
                styles.remove("bold");
                styles.remove("dim");
            }
            case 23 -> styles.remove("italic");
            case 24 -> styles.remove("underline");
            case 27 -> styles.remove("inverse");
            case 39 -> clear("fg");
            case 49 -> clear("bg");
            default -> colour(code);
        }
    }

    private void colour(int code) {
        int colour = code % 10;
        int family = code / 10;
        if (colour < COLOURS && (family == 3 || family == 4 || family == 9 || family == 10)) {
            String layer = family == 3 || family == 9 ? "fg" : "bg";
            clear(layer);
            styles.add(layer + (family >= 9 ? colour + COLOURS : colour));
        }
    }

    private void clear(String layer) {
        styles.removeIf(style -> style.startsWith(layer));
    }
}
