package dev.bailiwick.agent.kernel.linux.syscall;

/** The error numbers that the agent distinguishes, as in errno(3); equal on x86-64 and aarch64. */
public final class Errno {

    /** Stands for each of them where a call of a {@link SpawnProgram} may fail; greater than all. */
    public static final int ANY = 4096;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    static final int E2BIG = 7;
    static final int ENOEXEC = 8;
    public static final int EBADF = 9;
    static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EPIPE = 32;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENOBUFS = 105;
    static final int ETIMEDOUT = 110;
    public static final int EDQUOT = 122;

    private Errno() {}

    public static String name(int errno) {
        return dev.bailiwick.jail.syscall.Errno.numbered(errno).map(Enum::name).orElse("errno " + errno);
    }

    /**
     * Returns whether a later attempt may succeed. Either the host was short of something, or something in the way is about to disappear,
     * for example a link whose network namespace the kernel is still removing. EROFS: an overlay is mounted read-only if the disk has no
     * space for its work directory.
     */
    public static boolean mayPass(int errno) {
        return switch (errno) {
            case EAGAIN, EINTR, ENOMEM, EBUSY, EEXIST, ENFILE, EMFILE, ENOSPC, EROFS, ETIMEDOUT, EDQUOT -> true;
            default -> false;
        };
    }
}
