/*
 * Runs a list of system calls that lead into a running jail, up to the execution of a command there.
 *
 * The agent executes this program outside of the jail. It has nothing of the agent's memory, so processes of the jail, which may attack what
 * enters, find nothing in it, and the kernel ends nothing but it if the jail has no memory left. It stays outside of the jail's pid
 * namespace itself; a child, which the agent is the parent of (CLONE_PARENT), makes the last calls inside. The kernel suspends this process
 * until that child has executed the command or has ended (CLONE_VFORK), whatever stops it.
 *
 * Its only argument is the descriptor of a memfd, in decimal. The memfd begins with the address at which to map it, its size, and the
 * address of the program; JailEntry.java composes it. What happens is written there, too, where the agent reads it.
 */
#include "program.h"

#if defined(__x86_64__)
enum { NR_CLOSE = 3, NR_MMAP = 9, NR_PREAD64 = 17 };
__asm__(".globl _start\n"
        "_start:\n\t"
        "xor %ebp, %ebp\n\t"
        "mov %rsp, %rdi\n\t"
        "and $-16, %rsp\n\t"
        "call begin\n\t"
        "hlt\n");
#else
enum { NR_CLOSE = 57, NR_MMAP = 222, NR_PREAD64 = 67 };
__asm__(".globl _start\n"
        "_start:\n\t"
        "mov x29, xzr\n\t"
        "mov x0, sp\n\t"
        "bl begin\n\t"
        "brk 0\n");
#endif

enum { READ_AND_WRITE = 1 | 2, SHARED_FIXED = 0x01 | 0x10 | 0x100000 };
/* Besides AWAIT_WORD, this is the only futex whose waiter is another process. */
enum { FUTEX_WAKE = 1 };

struct image {
    u64 address;
    u64 size;
    u64 program;
};

void begin(u64 *stack) __attribute__((noreturn, used));

/* @param stack as the kernel leaves it: the number of arguments, the arguments, NULL */
void begin(u64 *stack) {
    struct image image;
    i64 file = 0;
    if (stack[0] != 2) end_process();
    for (const char *digit = (const char *)stack[2]; *digit; digit++) file = 10 * file + *digit - '0';
    if (raw(NR_PREAD64, file, (i64)&image, sizeof image, 0, 0, 0) != sizeof image) end_process();
    i64 mapped = raw(NR_MMAP, (i64)image.address, (i64)image.size, READ_AND_WRITE, SHARED_FIXED, file, 0);
    if (mapped != (i64)image.address) end_process();
    raw(NR_CLOSE, file, 0, 0, 0, 0, 0);
    struct program *program = (struct program *)image.program;
    make_all(program);
    set_and_wake(&program->living_tid, 0, FUTEX_WAKE);
    end_process();
}
