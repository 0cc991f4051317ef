package dev.bailiwick.agent.kernel.freebsd;

/** A call failed: names the call, what it was about, the errno, and what the kernel said of it. */
final class FreeBsdFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /** @param said the kernel's own sentence (errmsg of jail_set(2)); empty where it gave none */
    FreeBsdFailure(String call, String subject, int errno, String said) {
        super(call + " " + subject + ": " + Errno.name(errno) + (said.isEmpty() ? "" : " (" + said + ")"));
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
