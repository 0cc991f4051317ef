package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.validation.InvalidValue;

/** A processor architecture whose system call numbers the table knows. */
public enum Architecture {
    X86_64("x86_64", 0xC000003E),
    AARCH64("aarch64", 0xC00000B7);

    private final String text;
    private final int auditValue;

    Architecture(String text, int auditValue) {
        this.text = text;
        this.auditValue = auditValue;
    }

    /** Returns uname(2)'s name of the machine. */
    public String text() {
        return text;
    }

    /** Returns AUDIT_ARCH_* of linux/audit.h, which seccomp(2) shows to a filter as {@code arch}. */
    public int auditValue() {
        return auditValue;
    }

    /**
     * Reads uname's or Java's name of an architecture.
     *
     * @throws InvalidValue if the table does not know the architecture
     */
    public static Architecture parse(String text) {
        return switch (text) {
            case "x86_64", "amd64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> throw new InvalidValue("must be 'x86_64' or 'aarch64'");
        };
    }

    /** @throws InvalidValue if the table does not know this machine's architecture */
    public static Architecture host() {
        return parse(System.getProperty("os.arch"));
    }
}
