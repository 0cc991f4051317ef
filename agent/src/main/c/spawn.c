/*
 * Runs a list of raw system calls in a new clone, including the last one, which executes the jail's init.
 *
 * Java composes the list. Between clone3 and execve only this code runs. The child has its own stack, but shares the
 * agent's memory (CLONE_VM), while the JVM's other threads continue.
 *
 * The kernel suspends its parent, a thread that does nothing else, in clone3 until the child has executed or ended
 * (CLONE_VFORK). When memory is short, the kernel does not kill a child with such a parent (in_vfork in
 * include/linux/sched/mm.h); it would also kill all processes that share the child's memory, that is the agent. And the
 * child has its own oom_score_adj (__set_oom_adj in fs/proc/base.c).
 */
#include "program.h"

enum { PR_SET_DUMPABLE_ = 4, PR_GET_SECUREBITS_ = 27, PR_SET_SECUREBITS_ = 28, NO_SETUID_FIXUP = 1 << 2 };

#if defined(__x86_64__)
enum { NR_PRCTL = 157, NR_SETRESUID = 117 };
#else
enum { NR_PRCTL = 167, NR_SETRESUID = 147 };
#endif

static void run(struct program *program) __attribute__((noreturn, used));

static void run(struct program *program) {
    set_and_wake((u32 *)&program->begun, 1, FUTEX_WAKE_PRIVATE);
    make_all(program);
    end_process();
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
    if (result < 0) set_and_wake((u32 *)&program->begun, (u32)result, FUTEX_WAKE_PRIVATE);
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
    set_and_wake(word, 1, FUTEX_WAKE_PRIVATE);
}

/* Makes any system call, for the parts of the agent that have no library; returns the result, or a negative errno. */
i64 bailiwick_call(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
    return raw(number, a, b, c, d, e, f);
}
