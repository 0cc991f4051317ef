package dev.bailiwick.agent.kernel.linux.syscall;

import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.util.Locale;

/** The system calls that the agent makes itself; their numbers come from the same table as the policy. */
public enum SystemCall {
    BIND,
    CAPGET,
    CAPSET,
    CHDIR,
    CLOCK_GETTIME,
    CLOSE,
    CLOSE_RANGE,
    DUP3,
    EPOLL_CREATE1,
    EPOLL_CTL,
    EPOLL_PWAIT,
    EVENTFD2,
    EXECVE,
    EXIT,
    FCHMODAT,
    FCHDIR,
    FCHOWNAT,
    FCNTL,
    FGETXATTR,
    FLOCK,
    FREMOVEXATTR,
    FSCONFIG,
    FSETXATTR,
    FSMOUNT,
    FSOPEN,
    FSPICK,
    FTRUNCATE,
    GETDENTS64,
    IOCTL,
    KEYCTL,
    LSEEK,
    MEMFD_CREATE,
    MKDIRAT,
    MKNODAT,
    MMAP,
    MOUNT,
    MOUNT_SETATTR,
    MOVE_MOUNT,
    MUNMAP,
    OPENAT2,
    OPEN_TREE,
    PIDFD_GETFD,
    PIDFD_OPEN,
    PIDFD_SEND_SIGNAL,
    PIPE2,
    PIVOT_ROOT,
    PPOLL,
    PRCTL,
    PREAD64,
    PRLIMIT64,
    PWRITE64,
    READ,
    READLINKAT,
    RECVFROM,
    RECVMMSG,
    RENAMEAT2,
    RT_SIGACTION,
    RT_SIGPROCMASK,
    SECCOMP,
    SENDTO,
    SETFSGID,
    SETFSUID,
    SETGROUPS,
    SETHOSTNAME,
    SETNS,
    SETRESGID,
    SETRESUID,
    SETSID,
    SETSOCKOPT,
    SOCKET,
    STATX,
    SYMLINKAT,
    SYNCFS,
    UMASK,
    UMOUNT2,
    UNLINKAT,
    UNSHARE,
    WAITID,
    WRITE;

    private final int number = SyscallTable.linux()
            .find(name().toLowerCase(Locale.ROOT))
            .orElseThrow()
            .number(Architecture.host())
            .orElseThrow();

    public int number() {
        return number;
    }

    /** Returns the name as in the manual: {@code openat2}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
