package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;

/**
 * The size of a terminal, in characters.
 *
 * @param columns 1 to {@value #MAX}
 * @param rows 1 to {@value #MAX}
 */
public record TerminalSize(int columns, int rows) {

    public static final TerminalSize USUAL = new TerminalSize(80, 24);

    public static final int MAX = 10_000;

    /** @throws InvalidValue if a number is out of range */
    public TerminalSize {
        if (columns < 1 || columns > MAX || rows < 1 || rows > MAX) {
            throw new InvalidValue("must have 1 to " + MAX + " columns and rows");
        }
    }
}
