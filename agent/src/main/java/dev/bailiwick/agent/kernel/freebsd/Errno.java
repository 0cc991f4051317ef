package dev.bailiwick.agent.kernel.freebsd;

/** The error numbers that the agent distinguishes or names, with FreeBSD's numbers (sys/errno.h), which differ from Linux's above 34. */
enum Errno {
    EPERM(1),
    ENOENT(2),
    ESRCH(3),
    EINTR(4),
    ENOEXEC(8),
    EBADF(9),
    ENOMEM(12),
    EACCES(13),
    EFAULT(14),
    EBUSY(16),
    EEXIST(17),
    ENODEV(19),
    ENOTDIR(20),
    EINVAL(22),
    ENFILE(23),
    EMFILE(24),
    ENOSPC(28),
    ERANGE(34),
    EAGAIN(35),
    EADDRINUSE(48),
    EADDRNOTAVAIL(49),
    ELOOP(62),
    ENAMETOOLONG(63),
    ENOTEMPTY(66),
    EPROCLIM(67),
    EDQUOT(69),
    ENOSYS(78),
    EOVERFLOW(84);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    boolean is(int other) {
        return number == other;
    }

    static String name(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name();
            }
        }
        return "errno " + number;
    }

    /** Returns whether a later attempt may succeed: the host was short of something, or something in the way is about to disappear. */
    static boolean mayPass(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return switch (errno) {
                    case EINTR, ENOMEM, EBUSY, EEXIST, ENFILE, EMFILE, ENOSPC, EAGAIN, EADDRINUSE, EPROCLIM, EDQUOT ->
                        true;
                    case EPERM,
                            ENOENT,
                            ESRCH,
                            ENOEXEC,
                            EBADF,
                            EACCES,
                            EFAULT,
                            ENODEV,
                            ENOTDIR,
                            EINVAL,
                            ERANGE,
                            EADDRNOTAVAIL,
                            ELOOP,
                            ENAMETOOLONG,
                            ENOTEMPTY,
                            ENOSYS,
                            EOVERFLOW -> false;
                };
            }
        }
        return false;
    }
}
