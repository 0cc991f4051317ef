package dev.bailiwick.agent.kernel.linux;

/** A system call failed: names the call, what it was about, and the errno. */
final class LinuxFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    LinuxFailure(String call, String subject, int errno) {
        super(call + " " + subject + ": " + Errno.name(errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
