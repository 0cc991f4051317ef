package dev.bailiwick.agent.kernel.freebsd;

/** A failed call; names the call, its subject, the errno, and the kernel's message. */
final class FreeBsdFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /** @param message the kernel's message (errmsg of jail_set(2)); empty if there is none */
    FreeBsdFailure(String call, String subject, int errno, String message) {
        super(call + " " + subject + ": " + Errno.name(errno) + (message.isEmpty() ? "" : " (" + message + ")"));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }

    boolean is(Errno expected) {
        return expected.is(errno);
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
