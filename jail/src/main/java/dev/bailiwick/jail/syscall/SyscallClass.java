package dev.bailiwick.jail.syscall;

/** The class of a system call, a letter of the 2002 proposal: what the call acts on, and why a jailed caller is harmless. */
public enum SyscallClass {
    /** The call acts on the process itself. It is allowed, because the use of the machine is charged to the jail. */
    PROCESS("P"),
    /** The call acts on a descriptor. It is safe, because each process of the jail started inside it, without a host's descriptor. */
    FILE("F"),
    /** The call acts on a path. It is safe, because nothing is above the jail's root. */
    CHROOT("C"),
    /** The call must be denied, filtered by its arguments, or contained by the kernel. */
    JAILED("J"),
    /** The call would have to be caught in an open jail. It works as usual, because the jail is sealed. */
    SEALED("^J");

    private final String letter;

    SyscallClass(String letter) {
        this.letter = letter;
    }

    /** Returns the letter in the tables. */
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
