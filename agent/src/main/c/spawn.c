/*
 * Runs a list of raw system calls in a new clone, including the last one, which executes the jail's init.
 *
 * Java composes the list. Between clone3 and execve only this code runs. The child has its own stack, but shares the
 * agent's memory (CLONE_VM), while the JVM's other threads continue. So it uses no libc, no errno, no thread-local storage
 * and no allocation, only system calls on memory that was prepared in advance.
 *
 * The kernel suspends its parent, a thread that does nothing else, in clone3 until the child has executed or ended
 * (CLONE_VFORK). When memory is short, the kernel does not kill a child with such a parent (in_vfork in
 * include/linux/sched/mm.h); it would also kill all processes that share the child's memory, that is the agent. And the
 * child has its own oom_score_adj (__set_oom_adj in fs/proc/base.c).
 *
 * SpawnProgram.java mirrors the structures.
 */
#include "raw.h"

enum { ARGUMENTS = 6, SLOTS = 128 };

/* Not a system call: waits until the word at argument 0 is not zero, at most argument 1 milliseconds for each wake-up. */
enum { AWAIT_WORD = -1 };

enum { NO_SLOT = -1, MUST_FAIL = 1, WHOLE = 2, EAGAIN_ = 11, EINTR_ = 4, ENOSPC_ = 28, ETIMEDOUT_ = 110 };
enum { PR_SET_DUMPABLE_ = 4, PR_GET_SECUREBITS_ = 27, PR_SET_SECUREBITS_ = 28, NO_SETUID_FIXUP = 1 << 2 };
/* As a tolerated errno: each of them. */
enum { ANY_ERRNO = 4096 };
enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129, FUTEX_WAIT = 0 };

struct call {
    i32 number;
    i32 slot;      /* the slot for the result, or NO_SLOT */
    i32 tolerated; /* an errno that is not a failure, or ANY_ERRNO, or 0 */
    u32 flags;     /* MUST_FAIL: every result except the tolerated errno is a failure. WHOLE: a write of fewer bytes is a failure */
    u64 from_slot; /* bit i: argument i is the number of a slot */
    i64 arguments[ARGUMENTS];
};

struct program {
    u64 clone_arguments; /* struct clone_args of clone3(2) */
    u64 clone_size;
    u64 calls;
    i32 count;      /* the number of calls; the agent may add more while the child awaits a word */
    i32 at;         /* the current call; count - 1 once the child has reached execve */
    i32 error;      /* errno of the call that failed, 0 if none failed */
    u32 living_tid; /* the child's id; CLONE_CHILD_CLEARTID zeroes it and wakes waiters when the child has executed or ended */
    i64 slots[SLOTS];
    u32 owner; /* the user id, on the host, that owns the child's user namespace */
    i32 begun; /* 1 once the child runs, a negative errno if it could not be created, 0 before */
};

#if defined(__x86_64__)
enum { NR_FUTEX = 202, NR_CLONE3 = 435, NR_EXIT = 60, NR_PRCTL = 157, NR_SETRESUID = 117 };
#else
enum { NR_FUTEX = 98, NR_CLONE3 = 435, NR_EXIT = 93, NR_PRCTL = 167, NR_SETRESUID = 147 };
#endif

struct timespec64 {
    i64 seconds;
    i64 nanoseconds;
};

/* Waits until the word differs from `while_is`; returns 0, or -ETIMEDOUT if it has not changed in time. */
static i64 await_change(u32 *word, u32 while_is, i64 operation, i64 milliseconds) {
    struct timespec64 patience = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == while_is) {
        i64 result = raw(NR_FUTEX, (i64)word, operation, (i64)while_is, (i64)&patience, 0, 0);
        if (result < 0 && result != -EAGAIN_ && result != -EINTR_) return result;
    }
    return 0;
}

static void set_and_wake(u32 *word, u32 value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    raw(NR_FUTEX, (i64)word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

static void run(struct program *program) __attribute__((noreturn, used));

static void run(struct program *program) {
    struct call *calls = (struct call *)program->calls;
    set_and_wake((u32 *)&program->begun, 1);
    for (i32 i = 0; i < program->count; i++) {
        struct call *call = &calls[i];
        i64 a[ARGUMENTS];
        program->at = i;
        for (int j = 0; j < ARGUMENTS; j++)
            a[j] = call->from_slot >> j & 1 ? program->slots[call->arguments[j]] : call->arguments[j];
        i64 result = call->number == AWAIT_WORD
                ? await_change((u32 *)a[0], 0, FUTEX_WAIT_PRIVATE, a[1])
                : raw(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
        int failed = result < 0 && result >= -4095;
        int tolerated = failed && call->tolerated && (result == -call->tolerated || call->tolerated == ANY_ERRNO);
        if (call->flags & MUST_FAIL ? !tolerated : failed && !tolerated) {
            program->error = failed ? (i32)-result : 0;
            program->at = i;
            raw(NR_EXIT, 127, 0, 0, 0, 0, 0);
            __builtin_trap(); /* a policy may deny exit */
        }
        if (call->flags & WHOLE && result != a[2]) {
            program->error = ENOSPC_; /* the only cause for a small file: the rest has no room */
            raw(NR_EXIT, 127, 0, 0, 0, 0, 0);
            __builtin_trap();
        }
        if (call->slot != NO_SLOT) program->slots[call->slot] = result;
    }
    program->error = -1; /* a program must end with execve, which does not return */
    raw(NR_EXIT, 127, 0, 0, 0, 0, 0);
    __builtin_trap();
}

static i64 clone_child(struct program *program) {
    i64 result;
#if defined(__x86_64__)
    register void (*entry)(struct program *) __asm__("r12") = run;
    register struct program *argument __asm__("r13") = program;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "a"((i64)NR_CLONE3), "D"(program->clone_arguments), "S"(program->clone_size), "r"(entry), "r"(argument)
                     : "rcx", "r11", "memory");
#else
    register i64 x8 __asm__("x8") = NR_CLONE3;
    register i64 x0 __asm__("x0") = (i64)program->clone_arguments;
    register i64 x1 __asm__("x1") = (i64)program->clone_size;
    register void (*entry)(struct program *) __asm__("x19") = run;
    register struct program *argument __asm__("x20") = program;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x20\n\t"
                     "blr x19\n\t"
                     "brk 0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(entry), "r"(argument)
                     : "memory");
    result = x0;
#endif
    return result;
}

/*
 * Creates the child; returns once it has executed or ended, or if it could not be created. The result is in the program, whose
 * memory may be freed before this function returns. The calling thread must do nothing else.
 *
 * The kernel charges the resources of a user namespace to the user who created it (ucounts in kernel/ucount.c), and applies
 * that user's limits. So this thread, and no other, becomes the owner during clone3, and keeps its capabilities. A change of
 * ids sets the dumpability of the agent's memory to fs.suid_dumpable (commit_creds in kernel/cred.c); it is reset at once.
 */
void bailiwick_spawn(struct program *program) {
    i64 owner = program->owner;
    i64 before = raw(NR_PRCTL, PR_GET_SECUREBITS_, 0, 0, 0, 0, 0);
    i64 result = before < 0 ? before : raw(NR_PRCTL, PR_SET_SECUREBITS_, before | NO_SETUID_FIXUP, 0, 0, 0, 0);
    if (result == 0) result = raw(NR_SETRESUID, owner, owner, 0, 0, 0, 0);
    if (result == 0) {
        raw(NR_PRCTL, PR_SET_DUMPABLE_, 0, 0, 0, 0, 0);
        result = clone_child(program);
        raw(NR_SETRESUID, 0, 0, 0, 0, 0, 0);
        raw(NR_PRCTL, PR_SET_DUMPABLE_, 0, 0, 0, 0, 0);
    }
    if (before >= 0) raw(NR_PRCTL, PR_SET_SECUREBITS_, before, 0, 0, 0, 0);
    if (result < 0) set_and_wake((u32 *)&program->begun, (u32)result);
}

/* Waits until the child runs; returns 0, or the negative errno of the failure that prevented it. */
i64 bailiwick_await_begin(struct program *program, i64 milliseconds) {
    i64 result = await_change((u32 *)&program->begun, 0, FUTEX_WAIT_PRIVATE, milliseconds);
    i32 begun = __atomic_load_n(&program->begun, __ATOMIC_ACQUIRE);
    return result < 0 ? result : begun < 0 ? begun : 0;
}

/* Waits until the child has executed or ended; returns 0, or -ETIMEDOUT after this many milliseconds. */
i64 bailiwick_await(struct program *program, i64 milliseconds) {
    u32 tid;
    while ((tid = __atomic_load_n(&program->living_tid, __ATOMIC_ACQUIRE)) != 0) {
        /* The kernel wakes this word with a shared futex (mm_release in kernel/fork.c), so this waits on a shared one. */
        i64 result = await_change(&program->living_tid, tid, FUTEX_WAIT, milliseconds);
        if (result < 0) return result;
    }
    return 0;
}

/* Lets a child that awaits this word continue; the child then sees all earlier writes, including added calls. */
void bailiwick_release(u32 *word) {
    set_and_wake(word, 1);
}

/* Makes any system call, for the parts of the agent that have no library; returns the result, or a negative errno. */
i64 bailiwick_call(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
    return raw(number, a, b, c, d, e, f);
}
