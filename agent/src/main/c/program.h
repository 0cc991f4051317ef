/*
 * A list of raw system calls and the loop that makes them, for processes between clone and execve. It uses no libc, no errno, no
 * thread-local storage and no allocation, only memory that Java has prepared. SpawnProgram.java mirrors the structures.
 */
#ifndef BAILIWICK_PROGRAM_H
#define BAILIWICK_PROGRAM_H

#include "raw.h"

enum { ARGUMENTS = 6, SLOTS = 128 };

/* Not system calls. */
enum {
    AWAIT_WORD = -1,        /* waits until the word at argument 0 is not zero, at most argument 1 milliseconds for each wake-up */
    CONTINUE_IN_CHILD = -2, /* clone3 with the struct at argument 0 of size argument 1; the rest of the calls is the child's */
};

enum { NO_SLOT = -1, MUST_FAIL = 1, WHOLE = 2, EAGAIN_ = 11, EINTR_ = 4, ENOSPC_ = 28, ETIMEDOUT_ = 110 };
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
enum { NR_FUTEX = 202, NR_CLONE3 = 435, NR_EXIT = 60 };
#else
enum { NR_FUTEX = 98, NR_CLONE3 = 435, NR_EXIT = 93 };
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

static void set_and_wake(u32 *word, u32 value, i64 operation) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    raw(NR_FUTEX, (i64)word, operation, 1, 0, 0, 0);
}

static void end_process(void) __attribute__((noreturn));

static void end_process(void) {
    raw(NR_EXIT, 127, 0, 0, 0, 0, 0);
    __builtin_trap(); /* a policy may deny exit */
}

/* Makes one call; returns 0 if the process goes on with the next, and is not 0 if the program has an error or its child goes on. */
static int make(struct program *program, struct call *call) {
    i64 a[ARGUMENTS];
    for (int j = 0; j < ARGUMENTS; j++)
        a[j] = call->from_slot >> j & 1 ? program->slots[call->arguments[j]] : call->arguments[j];
    i64 result = call->number == AWAIT_WORD ? await_change((u32 *)a[0], 0, FUTEX_WAIT_PRIVATE, a[1])
            : call->number == CONTINUE_IN_CHILD ? raw(NR_CLONE3, a[0], a[1], 0, 0, 0, 0)
            : raw(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    int failed = result < 0 && result >= -4095;
    int tolerated = failed && call->tolerated && (result == -call->tolerated || call->tolerated == ANY_ERRNO);
    if (call->flags & MUST_FAIL ? !tolerated : failed && !tolerated) {
        program->error = failed ? (i32)-result : 0;
        return 1;
    }
    if (call->flags & WHOLE && result != a[2]) {
        program->error = ENOSPC_; /* the only cause for a small file: the rest has no room */
        return 1;
    }
    if (call->slot != NO_SLOT) program->slots[call->slot] = result;
    return call->number == CONTINUE_IN_CHILD && result > 0;
}

/* Makes the calls; returns if one fails, or once a child goes on with them. */
static void make_all(struct program *program) {
    struct call *calls = (struct call *)program->calls;
    for (i32 i = 0; i < program->count; i++) {
        program->at = i;
        if (make(program, &calls[i])) return;
    }
    program->error = -1; /* a program must end with execve, which does not return */
}

#endif
