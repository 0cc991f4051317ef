package dev.bailiwick.jail.syscall;

/** The letter of the 2002 proposal: what a system call acts on, and therefore what keeps a jailed caller harmless. */
public enum SyscallClass {
    /** The process itself: allowed, because its use of the machine is charged to the jail. */
    PROCESS("P"),
    /** A descriptor: safe, because every process of the jail started inside it, without a descriptor of the host. */
    FILE("F"),
    /** A path: safe, because there is nothing above the jail's root. */
    CHROOT("C"),
    /** Must be caught: denied, filtered by its arguments, or contained by the kernel. */
    JAILED("J"),
    /** Would have to be caught in an open jail; works as usual, because the jail is sealed. */
    SEALED("^J");

    private final String letter;

    SyscallClass(String letter) {
        this.letter = letter;
    }

    /** As written in the tables. */
    public String letter() {
        return letter;
    }

    static SyscallClass ofLetter(String letter) {
        for (SyscallClass candidate : values()) {
            if (candidate.letter.equals(letter)) {
                return candidate;
            }
        }
        throw new MalformedTable("has the unknown class '" + letter + "'");
    }
}
