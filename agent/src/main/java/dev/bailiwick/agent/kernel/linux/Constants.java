package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.syscall.Architecture;

/** Numbers of the kernel's user interface, named as its headers name them; the same on x86-64 and aarch64 unless said. */
final class Constants {

    // fcntl.h
    static final int AT_FDCWD = -100;
    static final int AT_EMPTY_PATH = 0x1000;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_RECURSIVE = 0x8000;
    static final int AT_REMOVEDIR = 0x200;
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_NONBLOCK = 04000;
    static final int O_CLOEXEC = 02000000;
    static final int O_PATH = 010000000;
    static final int O_DIRECTORY = isAarch64() ? 040000 : 0200000;
    static final int O_NOFOLLOW = isAarch64() ? 0100000 : 0400000;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int F_SETPIPE_SZ = 1031;
    static final int CLOSE_RANGE_UNSHARE = 2;
    static final long EVERY_DESCRIPTOR = 0xffffffffL;

    // openat2.h
    static final int RESOLVE_NO_XDEV = 0x01;
    static final int RESOLVE_NO_MAGICLINKS = 0x02;
    static final int RESOLVE_NO_SYMLINKS = 0x04;
    static final int RESOLVE_BENEATH = 0x08;
    static final int RESOLVE_IN_ROOT = 0x10;

    // mount.h
    static final int OPEN_TREE_CLONE = 1;
    static final int MOVE_MOUNT_F_EMPTY_PATH = 0x04;
    static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    static final int FSOPEN_CLOEXEC = 1;
    static final int FSMOUNT_CLOEXEC = 1;
    static final int FSCONFIG_SET_FLAG = 0;
    static final int FSCONFIG_SET_STRING = 1;
    static final int FSCONFIG_CMD_CREATE = 6;
    static final long MOUNT_ATTR_RDONLY = 0x01;
    static final long MOUNT_ATTR_NOSUID = 0x02;
    static final long MOUNT_ATTR_NODEV = 0x04;
    static final long MOUNT_ATTR_NOEXEC = 0x08;
    static final long MOUNT_ATTR_IDMAP = 0x00100000;
    static final int MOUNT_ATTR_SIZE = 32;
    static final long MS_BIND = 0x1000;
    static final long MS_REC = 0x4000;
    static final long MS_PRIVATE = 1 << 18;
    static final int MNT_DETACH = 2;

    // sched.h
    static final long CLONE_VM = 0x100;
    static final long CLONE_FILES = 0x400;
    static final long CLONE_PIDFD = 0x1000;
    static final long CLONE_VFORK = 0x4000;
    static final long CLONE_NEWNS = 0x20000;
    static final long CLONE_PARENT_SETTID = 0x100000;
    static final long CLONE_CHILD_CLEARTID = 0x200000;
    static final long CLONE_NEWCGROUP = 0x2000000;
    static final long CLONE_NEWUTS = 0x4000000;
    static final long CLONE_NEWIPC = 0x8000000;
    static final long CLONE_NEWUSER = 0x10000000;
    static final long CLONE_NEWPID = 0x20000000;
    static final long CLONE_NEWNET = 0x40000000;
    static final long CLONE_CLEAR_SIGHAND = 0x100000000L;
    static final long CLONE_INTO_CGROUP = 0x200000000L;
    static final long CLONE_ARGS_SIZE = 88;

    // prctl.h, capability.h, seccomp.h
    static final int PR_SET_PDEATHSIG = 1;
    static final int PR_SET_DUMPABLE = 4;
    static final int PR_CAPBSET_DROP = 24;
    static final int PR_SET_NO_NEW_PRIVS = 38;
    static final int PR_CAP_AMBIENT = 47;
    static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    static final int CAPABILITY_VERSION_3 = 0x20080522;
    static final int SECCOMP_SET_MODE_FILTER = 1;
    static final int SECCOMP_FILTER_FLAG_LOG = 2;

    // keyctl.h
    static final int KEYCTL_JOIN_SESSION_KEYRING = 1;

    // resource.h
    static final int RLIMIT_CORE = 4;
    static final int RLIMIT_NPROC = 6;
    static final int RLIMIT_NOFILE = 7;

    // signal.h
    static final int SIGHUP = 1;
    static final int SIGINT = 2;
    static final int SIGKILL = 9;
    static final int SIGTERM = 15;
    static final int SIGCHLD = 17;
    /** SIGRTMIN+3 as the C library counts, which keeps two for itself. */
    static final int SIGHALT = 37;

    static final int SIG_SETMASK = 2;
    static final int SIGNAL_SET_BYTES = 8;

    // wait.h
    static final int P_PIDFD = 3;
    static final int WEXITED = 4;
    static final int WNOHANG = 1;
    static final int WNOWAIT = 0x01000000;
    static final int CLD_EXITED = 1;

    // socket.h, netlink.h
    static final int AF_NETLINK = 16;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 02000000;
    static final int NETLINK_ROUTE = 0;
    static final int MSG_DONTWAIT = 0x40;

    // eventpoll.h
    static final int EPOLL_CLOEXEC = 02000000;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLL_CTL_MOD = 3;
    static final int EPOLLIN = 1;

    // stat.h
    static final int STATX_BASIC_STATS = 0x7ff;
    static final int S_IFDIR = 0040000;
    static final int S_IFCHR = 0020000;
    static final int S_IFIFO = 0010000;
    static final int S_IFLNK = 0120000;
    static final int S_IFMT = 0170000;

    private Constants() {}

    /** The one header of fcntl.h whose numbers differ between the two architectures. */
    private static boolean isAarch64() {
        return Architecture.host() == Architecture.AARCH64;
    }
}
