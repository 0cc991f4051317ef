package dev.bailiwick.agent.kernel.linux.syscall;

import dev.bailiwick.jail.syscall.Architecture;

/** Numbers of the kernel's user interface, named as in its headers; equal on x86-64 and aarch64 unless noted. */
public final class Constants {

    // fcntl.h
    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_NO_AUTOMOUNT = 0x800;
    public static final int AT_RECURSIVE = 0x8000;
    public static final int AT_REMOVEDIR = 0x200;
    public static final int CLONE_FS = 0x200;
    public static final int UMOUNT_NOFOLLOW = 8;
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_NOCTTY = 0400;
    public static final int O_NONBLOCK = 04000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;
    public static final int O_DIRECTORY = isAarch64() ? 040000 : 0200000;
    public static final int O_NOFOLLOW = isAarch64() ? 0100000 : 0400000;
    public static final int RENAME_NOREPLACE = 1;
    public static final int SEEK_SET = 0;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int F_SETPIPE_SZ = 1031;
    public static final int F_SETFD = 2;
    public static final int F_SETFL = 4;
    public static final int CLOSE_RANGE_UNSHARE = 2;
    public static final long EVERY_DESCRIPTOR = 0xffffffffL;

    // ioctls.h
    public static final int TIOCSCTTY = 0x540e;

    // memfd.h
    public static final int MFD_CLOEXEC = 1;

    // openat2.h
    public static final int RESOLVE_NO_XDEV = 0x01;
    public static final int RESOLVE_NO_MAGICLINKS = 0x02;
    public static final int RESOLVE_NO_SYMLINKS = 0x04;
    public static final int RESOLVE_BENEATH = 0x08;
    public static final int RESOLVE_IN_ROOT = 0x10;

    // mount.h
    public static final int OPEN_TREE_CLONE = 1;
    public static final int MOVE_MOUNT_F_EMPTY_PATH = 0x04;
    public static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    public static final int FSOPEN_CLOEXEC = 1;
    public static final int FSMOUNT_CLOEXEC = 1;
    public static final int FSCONFIG_SET_FLAG = 0;
    public static final int FSCONFIG_SET_STRING = 1;
    public static final int FSCONFIG_CMD_CREATE = 6;
    public static final int FSCONFIG_CMD_RECONFIGURE = 7;
    public static final int FSPICK_CLOEXEC = 1;
    public static final int FSPICK_EMPTY_PATH = 8;
    public static final long MOUNT_ATTR_RDONLY = 0x01;
    public static final long MOUNT_ATTR_NOSUID = 0x02;
    public static final long MOUNT_ATTR_NODEV = 0x04;
    public static final long MOUNT_ATTR_NOEXEC = 0x08;
    public static final long MOUNT_ATTR_IDMAP = 0x00100000;
    public static final int MOUNT_ATTR_SIZE = 32;
    public static final long MS_BIND = 0x1000;
    public static final long MS_REC = 0x4000;
    public static final long MS_PRIVATE = 1 << 18;
    public static final int MNT_DETACH = 2;

    // sched.h
    public static final long CLONE_VM = 0x100;
    public static final long CLONE_FILES = 0x400;
    public static final long CLONE_PIDFD = 0x1000;
    public static final long CLONE_VFORK = 0x4000;
    public static final long CLONE_PARENT = 0x8000;
    public static final long CLONE_NEWNS = 0x20000;
    public static final long CLONE_PARENT_SETTID = 0x100000;
    public static final long CLONE_CHILD_CLEARTID = 0x200000;
    public static final long CLONE_NEWCGROUP = 0x2000000;
    public static final long CLONE_NEWUTS = 0x4000000;
    public static final long CLONE_NEWIPC = 0x8000000;
    public static final long CLONE_NEWUSER = 0x10000000;
    public static final long CLONE_NEWPID = 0x20000000;
    public static final long CLONE_NEWNET = 0x40000000;
    public static final long CLONE_CLEAR_SIGHAND = 0x100000000L;
    public static final long CLONE_INTO_CGROUP = 0x200000000L;
    public static final long CLONE_ARGS_SIZE = 88;

    // prctl.h, capability.h, seccomp.h
    public static final int PR_SET_PDEATHSIG = 1;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_SET_NAME = 15;
    public static final int PR_SET_KEEPCAPS = 8;
    public static final int PR_CAPBSET_DROP = 24;
    public static final int PR_GET_SECUREBITS = 27;
    public static final int PR_SET_SECUREBITS = 28;
    /** SECBIT_NO_SETUID_FIXUP: a change of user ids leaves the capabilities as they are. */
    public static final int SECURE_NO_SETUID_FIXUP = 1 << 2;

    public static final int PR_SET_NO_NEW_PRIVS = 38;
    public static final int PR_CAP_AMBIENT = 47;
    public static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    public static final int CAPABILITY_VERSION_3 = 0x20080522;
    public static final int SECCOMP_SET_MODE_FILTER = 1;
    public static final int SECCOMP_FILTER_FLAG_LOG = 2;

    // keyctl.h
    public static final int KEYCTL_JOIN_SESSION_KEYRING = 1;

    // resource.h
    public static final int RLIMIT_CORE = 4;
    public static final int RLIMIT_NPROC = 6;
    public static final int RLIMIT_NOFILE = 7;

    // signal.h
    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGQUIT = 3;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGUSR2 = 12;
    public static final int SIGTERM = 15;
    public static final int SIGCHLD = 17;
    public static final int SIGWINCH = 28;
    public static final int SIGPWR = 30;
    /** SIGRTMIN+3 as the C library counts: it reserves the first two real-time signals for itself. */
    public static final int SIGHALT = 37;

    public static final int PIDFD_SIGNAL_PROCESS_GROUP = 4;
    public static final int SIG_SETMASK = 2;
    public static final int SIGNAL_SET_BYTES = 8;
    /** The size of struct kernel_sigaction; all zero means the default action. */
    public static final int SIGNAL_ACTION_BYTES = 32;

    // wait.h
    public static final int P_PIDFD = 3;
    public static final int WEXITED = 4;
    public static final int WNOHANG = 1;
    public static final int WNOWAIT = 0x01000000;
    public static final int CLD_EXITED = 1;

    // socket.h, netlink.h
    public static final int AF_NETLINK = 16;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_CLOEXEC = 02000000;
    public static final int NETLINK_ROUTE = 0;
    public static final int MSG_DONTWAIT = 0x40;

    // eventpoll.h
    public static final int EPOLL_CLOEXEC = 02000000;
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;
    public static final int EPOLLIN = 1;

    // stat.h
    public static final int STATX_BASIC_STATS = 0x7ff;
    public static final int S_IFDIR = 0040000;
    public static final int S_IFCHR = 0020000;
    public static final int S_IFIFO = 0010000;
    public static final int S_IFLNK = 0120000;
    public static final int S_IFMT = 0170000;
    public static final int S_IFREG = 0100000;
    public static final int S_IFSOCK = 0140000;
    public static final long STATX_ATTR_MOUNT_ROOT = 0x2000;

    private Constants() {}

    /** Only these numbers of fcntl.h differ between the two architectures. */
    private static boolean isAarch64() {
        return Architecture.host() == Architecture.AARCH64;
    }
}
