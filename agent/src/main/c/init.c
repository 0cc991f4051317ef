/*
 * Process 1 of a jail whose definition asks for an init. It runs the command as its child, takes every process that has lost its parent,
 * passes signals on to the command, and ends with the command's status. When it ends, the kernel kills all other processes of the jail
 * (pid_namespaces(7)).
 *
 * It is linked statically and uses no libc, so it needs no file of the jail and a few pages of memory. It blocks all signals and reads
 * them from a descriptor (signalfd(2)): the kernel drops a signal to process 1 that is neither blocked nor handled. The agent executes it with
 * all signals blocked, so that none is lost before; its command begins with an empty mask.
 *
 * A command that cannot be executed ends with 127 if it does not exist, and with 126 otherwise, as in a shell; one that was ended by a signal
 * has the status 128 + signal.
 */
#include "raw.h"

#if defined(__x86_64__)
enum { NR_CLONE = 56, NR_EXECVE = 59, NR_EXIT_GROUP = 231, NR_KILL = 62, NR_PRCTL = 157, NR_READ = 0, NR_SIGMASK = 14, NR_SIGNALFD4 = 289, NR_WAIT4 = 61, NR_WRITE = 1 };
__asm__(".globl _start\n"
        "_start:\n\t"
        "xor %ebp, %ebp\n\t"
        "mov %rsp, %rdi\n\t"
        "and $-16, %rsp\n\t"
        "call begin\n\t"
        "hlt\n");
#else
enum { NR_CLONE = 220, NR_EXECVE = 221, NR_EXIT_GROUP = 94, NR_KILL = 129, NR_PRCTL = 167, NR_READ = 63, NR_SIGMASK = 135, NR_SIGNALFD4 = 74, NR_WAIT4 = 260, NR_WRITE = 64 };
__asm__(".globl _start\n"
        "_start:\n\t"
        "mov x29, xzr\n\t"
        "mov x0, sp\n\t"
        "bl begin\n\t"
        "brk 0\n");
#endif

enum { SIGCHLD_ = 17, SIGHALT_ = 37, SIG_SETMASK_ = 2, MASK_BYTES = 8, WNOHANG_ = 1, PR_SET_DUMPABLE_ = 4, PR_SET_NAME_ = 15, SFD_CLOEXEC_ = 02000000 };
/* struct signalfd_siginfo, which begins with the number of the signal. */
enum { SIGNAL_WORDS = 32 };
enum { ENOENT_ = 2, EINTR_ = 4 };
enum { STANDARD_ERROR = 2, NOT_FOUND = 127, NOT_EXECUTABLE = 126, BY_SIGNAL = 128 };

static void say(const char *text) {
    u64 length = 0;
    while (text[length]) length++;
    raw(NR_WRITE, STANDARD_ERROR, (i64)text, (i64)length, 0, 0, 0);
}

static void end(i64 status) {
    for (;;) raw(NR_EXIT_GROUP, status, 0, 0, 0, 0, 0);
}

static void fail(const char *what, const char *why, i64 status) {
    say("init: ");
    say(what);
    say(why);
    end(status);
}

/* Takes every child that has ended; ends if the command is one of them. */
static void reap(i64 command) {
    u32 status = 0;
    i64 ended;
    while ((ended = raw(NR_WAIT4, -1, (i64)&status, WNOHANG_, 0, 0, 0)) > 0) {
        if (ended == command) {
            u32 signal = status & 0x7f;
            end(signal ? BY_SIGNAL + signal : status >> 8 & 0xff);
        }
    }
}

static void execute(char **argv, char **environment, const u64 *mask) {
    raw(NR_SIGMASK, SIG_SETMASK_, (i64)mask, 0, MASK_BYTES, 0, 0);
    i64 error = raw(NR_EXECVE, (i64)argv[0], (i64)argv, (i64)environment, 0, 0, 0);
    fail(argv[0], error == -ENOENT_ ? ": not found\n" : ": cannot be executed\n", error == -ENOENT_ ? NOT_FOUND : NOT_EXECUTABLE);
}

void begin(u64 *stack) __attribute__((noreturn, used));

/* @param stack as the kernel leaves it: the number of arguments, the arguments, NULL, the environment, NULL */
void begin(u64 *stack) {
    u64 count = stack[0];
    char **argv = (char **)(stack + 1);
    char **environment = argv + count + 1;
    u64 every = ~(1UL << (SIGHALT_ - 1));
    u64 none = 0;
    if (count < 2) fail("", "no command\n", NOT_FOUND);
    raw(NR_PRCTL, PR_SET_NAME_, (i64) "init", 0, 0, 0, 0);
    /* A program that nobody may read is not dumpable (execve(2)), so not even its own user could see /proc/1/root or /proc/1/fd. */
    raw(NR_PRCTL, PR_SET_DUMPABLE_, 1, 0, 0, 0, 0);
    raw(NR_SIGMASK, SIG_SETMASK_, (i64)&every, 0, MASK_BYTES, 0, 0);
    i64 signals = raw(NR_SIGNALFD4, -1, (i64)&every, MASK_BYTES, SFD_CLOEXEC_, 0, 0);
    if (signals < 0) fail("the policy of this jail", " blocks signalfd4, which an init needs\n", NOT_EXECUTABLE);
    i64 command = raw(NR_CLONE, SIGCHLD_, 0, 0, 0, 0, 0);
    if (command == 0) execute(argv + 1, environment, &none);
    if (command < 0) fail(argv[1], ": no process can be created for it\n", NOT_EXECUTABLE);
    for (;;) {
        u32 signal[SIGNAL_WORDS];
        i64 length = raw(NR_READ, signals, (i64)signal, sizeof signal, 0, 0, 0);
        if (length == -EINTR_) continue;
        if (length < 0) fail("signals", " cannot be read\n", NOT_EXECUTABLE);
        if (signal[0] == SIGCHLD_) reap(command);
        else raw(NR_KILL, command, signal[0], 0, 0, 0, 0);
    }
}
