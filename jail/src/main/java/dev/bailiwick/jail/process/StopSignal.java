package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A signal that asks a jail's init to end. */
public enum StopSignal {
    HUP("HUP"),
    INT("INT"),
    QUIT("QUIT"),
    USR1("USR1"),
    USR2("USR2"),
    TERM("TERM"),
    WINCH("WINCH"),
    PWR("PWR"),
    /** The third real-time signal as the C library counts, by which systemd halts. */
    HALT("RTMIN+3");

    private final String text;

    StopSignal(String text) {
        this.text = text;
    }

    /**
     * Reads the name of a signal, with or without {@code SIG}, in upper or lower case.
     *
     * @throws InvalidValue naming the signals, if it is none of them
     */
    public static StopSignal parse(String name) {
        String bare = name.strip().toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        return Arrays.stream(values())
                .filter(signal -> signal.text.equals(bare))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("must be one of "
                        + Arrays.stream(values()).map(StopSignal::text).collect(Collectors.joining(", "))));
    }

    /** Returns the name without {@code SIG}. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return "SIG" + text;
    }
}
