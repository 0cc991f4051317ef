// Is both /bin/true and /bin/pause of a root: by its own name, it ends at once or waits for a signal. Needs no library.
#include <sys/syscall.h>

static long call(long number) {
    long result;
#ifdef __aarch64__
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = 0, x1 __asm__("x1") = 0, x2 __asm__("x2") = 0, x3 __asm__("x3") = 0, x4 __asm__("x4") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    result = x0;
#else
    register long r10 __asm__("r10") = 0, r8 __asm__("r8") = 0;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(0L), "S"(0L), "d"(0L), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
#endif
    return result;
}

void begin(void) {
#ifdef PAUSE
    for (;;) {
        call(SYS_ppoll);
    }
#endif
    call(SYS_exit_group);
}
