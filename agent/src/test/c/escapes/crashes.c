/*
 * Each attempt tries to make the host's core handler run, and then crashes. Only the host can tell whether the handler ran; it
 * identifies a crash by the name of the process, which is the name of the attempt.
 */
#include "probe.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CORE_SEEN = 0x80, OTHER_USER = 33 };

/* Judges by the kernel's report of the crash: if the handler is a pipe, it says that the handler has taken the core. */
static void judge_crash(pid_t child) {
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) judge(-1, "");
    if (!WIFSIGNALED(status)) stopped("it did not crash");
    if (status & CORE_SEEN) done("has the host's core handler run");
    stopped("no core");
}

/* Forks a process that calls `before` and then crashes. */
static void crash(void (*before)(void), void (*crash)(void)) {
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NAME, attempt_name());
        before();
        crash();
        _exit(1);
    }
    judge_crash(child);
}

static void nothing(void) {}

static void fault(void) { *(volatile int *)(uintptr_t)getpagesize() = 0; }
static void quit(void) { raise(SIGQUIT); }

static void limit_zero(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

static void limit_unlimited(void) {
    struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &any);
}

static void limit_by_number(void) {
    struct rlimit none = {0, 0};
    syscall(SYS_prlimit64, 0, 0xDEADBEEF00000000UL | RLIMIT_CORE, &none, NULL);
#ifdef SYS_setrlimit
    syscall(SYS_setrlimit, 0xDEADBEEF00000000UL | RLIMIT_CORE, &none);
#endif
}

/* Uses both entries for programs of other architectures, with their numbers and layouts, in memory that both can address. */
static void limit_by_other_entry(void) {
#ifdef __x86_64__
    struct {
        struct rlimit wide;
        uint32_t narrow[2];
    } *limits = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (limits == MAP_FAILED) return;
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(75L), "b"((long)RLIMIT_CORE), "c"(limits->narrow) : "memory", "r8", "r9", "r10", "r11");
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(340L), "b"(0L), "c"((long)RLIMIT_CORE), "d"(&limits->wide), "S"(0L) : "memory", "r8", "r9", "r10", "r11");
    syscall(0x40000000 | SYS_setrlimit, RLIMIT_CORE, &limits->wide);
    syscall(0x40000000 | SYS_prlimit64, 0, RLIMIT_CORE, &limits->wide, NULL);
#endif
}

static void another_user(void) {
    limit_zero();
    if (setgid(OTHER_USER) < 0 || setuid(OTHER_USER) < 0) return;
    prctl(PR_SET_DUMPABLE, 1);
}

/* Installs its own filter, which kills the process with a core. */
static void by_filter(void) {
    struct sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) syscall(SYS_getppid);
    abort();
}

static void segmentation_fault(void) { crash(nothing, fault); }
static void aborted(void) { crash(nothing, abort); }
static void quitted(void) { crash(nothing, quit); }
static void without_limit(void) { crash(limit_unlimited, abort); }
static void at_zero(void) { crash(limit_zero, abort); }
static void by_number(void) { crash(limit_by_number, abort); }
static void by_other_entry(void) { crash(limit_by_other_entry, abort); }
static void as_another(void) { crash(another_user, abort); }
static void filtered(void) { crash(nothing, by_filter); }

/* Another process sets the limit. */
static void from_outside(void) {
    int begin[2];
    char byte = 0;
    if (pipe(begin) < 0) judge(-1, "");
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NAME, attempt_name());
        if (read(begin[0], &byte, 1) == 1) fault();
        _exit(1);
    }
    struct rlimit none = {0, 0};
    prlimit(child, RLIMIT_CORE, &none, NULL);
    if (write(begin[1], &byte, 1) != 1) judge(-1, "");
    judge_crash(child);
}

const struct attempt crashes_attempts[] = {{"crash-segv", segmentation_fault},
                                           {"crash-abort", aborted},
                                           {"crash-quit", quitted},
                                           {"crash-filter", filtered},
                                           {"core-unlimited", without_limit},
                                           {"core-zero", at_zero},
                                           {"core-by-number", by_number},
                                           {"core-by-entry", by_other_entry},
                                           {"core-of-another", from_outside},
                                           {"core-as-another", as_another},
                                           {NULL, NULL}};
