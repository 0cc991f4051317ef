package dev.bailiwick.agent.kernel.linux;

/** A system call failed: names the call, what it was about, and the errno. */
final class LinuxFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    LinuxFailure(String call, String subject, int errno) {
        super(call + " " + subject + ": " + Errno.name(errno));
        this.call = call;
        this.errno = errno;
    }

    /** As the manual names it: {@code execve}. */
    String call() {
        return call;
    }

    int errno() {
        return errno;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
