package dev.bailiwick.jail;

/** Text for people: anything but control characters, of which some no database holds and others rewrite what is printed. */
public final class PlainText {

    private PlainText() {}

    /** Whether the text is free of control characters. */
    public static boolean isPlain(String text) {
        return text.codePoints().noneMatch(Character::isISOControl);
    }
}
