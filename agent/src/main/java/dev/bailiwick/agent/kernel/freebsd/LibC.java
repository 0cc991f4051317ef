package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The functions of FreeBSD's libc that the agent uses, with the signatures of its headers on a 64-bit machine. A function that fails
 * returns -1 and sets errno; {@link Native#getLastError} returns it on the same thread.
 */
interface LibC extends Library {

    /** Stands for the functions of this process. */
    String HOST = "";

    /** @param library a file that has these functions, or {@link #HOST} */
    static LibC of(String library) {
        return library.equals(HOST) ? Native.load(LibC.class) : Native.load(library, LibC.class);
    }

    /** {@code int jail_set(struct iovec *, u_int, int)}; returns a jail's id. */
    int jail_set(Pointer vectors, int count, int flags);

    /**
     * {@code int jail_get(struct iovec *, u_int, int)}; returns a jail's id, and fills in the values and their lengths in the vectors.
     */
    int jail_get(Pointer vectors, int count, int flags);

    int jail_remove(int jail);

    /** Moves the whole calling process, permanently. */
    int jail_attach(int jail);

    /** {@code int rctl_add_rule(const char *, size_t, char *, size_t)}; the length includes the NUL. */
    int rctl_add_rule(Pointer rule, long ruleLength, Pointer answer, long answerLength);

    int rctl_remove_rule(Pointer filter, long filterLength, Pointer answer, long answerLength);

    /** {@code int nmount(struct iovec *, u_int, int)}. */
    int nmount(Pointer vectors, int count, int flags);

    int unmount(String directory, int flags);

    /** {@code int sysctlbyname(const char *, void *, size_t *, const void *, size_t)}. */
    int sysctlbyname(String name, Pointer value, Pointer valueLength, Pointer newValue, long newLength);

    int mkfifo(String path, int mode);

    int open(String path, int flags, Object... mode);

    int dup(int descriptor);

    int dup2(int descriptor, int as);

    int fcntl(int descriptor, int command, Object... argument);

    int setsid();

    int umask(int mask);

    /** {@code int sigprocmask(int, const sigset_t *, sigset_t *)}. */
    int sigprocmask(int how, Pointer set, Pointer old);

    long write(int descriptor, Pointer bytes, long length);

    int execve(String program, Pointer arguments, Pointer environment);
}
