package dev.bailiwick.jail.question;

import java.nio.charset.StandardCharsets;

/** What a command has written to one of its streams; any bytes. */
public final class CommandOutput {

    /** The bytes that are kept of one stream; what comes later is read and dropped. */
    public static final int MAX_BYTES = 96 * 1024;

    private final byte[] bytes;
    private final boolean isCut;

    /** @param isCut whether there was more */
    public CommandOutput(byte[] bytes, boolean isCut) {
        this.bytes = bytes.clone();
        this.isCut = isCut;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public boolean isCut() {
        return isCut;
    }

    /** Returns it as UTF-8; each byte that is not has become U+FFFD. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
