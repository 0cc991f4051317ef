/* Attempts on interfaces of the kernel that were ways out of other jails. */
#include "probe.h"
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int terminal(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) judge(-1, "");
    setsid();
    int slave = open(ptsname(master), O_RDWR);
    if (slave < 0) judge(-1, "");
    return slave;
}

static void type_ahead(void) { judge(ioctl(terminal(), TIOCSTI, "x"), "typed into the terminal"); }

static void type_ahead_high_bits(void) {
    judge(syscall(SYS_ioctl, terminal(), 0xdead00000000UL | TIOCSTI, "x"), "typed into the terminal");
}

static void console_paste(void) {
    char paste = 3;
    judge_past(ioctl(terminal(), 0x541C, &paste), ENOTTY, "past the gate, and no virtual console here");
}

static void add_a_key(void) { judge(syscall(SYS_add_key, "user", "escape", "x", 1, -2), "a key on a shared keyring"); }
static void session_keyring(void) { judge(syscall(SYS_keyctl, 0, -3, 0), "the session keyring"); }

/* A key with permissions for all would be listed here, but the namespace of its user hides it. */
static void listed_keys(void) {
    char line[512];
    FILE *keys = fopen("/proc/keys", "r");
    if (!keys) judge(-1, "");
    while (fgets(line, sizeof line, keys))
        if (strstr(line, fact("key"))) done("sees a key of the host");
    stopped("no key of the host");
}

static void fault_kernel(void) { judge(syscall(SYS_userfaultfd, O_CLOEXEC), "may stall the kernel's copies"); }
static void fault_user(void) { judge(syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY), "may stall its own faults"); }

static void io_ring(void) {
    char parameters[256] = {0};
    judge(syscall(SYS_io_uring_setup, 4, parameters), "a ring beside the filter");
}

static void kernel_program(void) {
    union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    judge(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes), "a map in the kernel");
}

static void performance_counter(void) {
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK};
    judge(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0), "counts events of the processor");
}

static void kernel_log(void) { judge(syscall(SYS_syslog, 10, NULL, 0), "reads the kernel's log"); }

static void user_namespace(void) { judge(unshare(CLONE_NEWUSER), "all capabilities in a namespace of its own"); }

static void user_namespace_by_clone(void) {
    long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    judge(child, "all capabilities in a namespace of its own");
}

static void user_namespace_by_clone3(void) {
    unsigned long arguments[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
    long child = syscall(SYS_clone3, arguments, 64);
    if (child == 0) _exit(0);
    judge(child, "all capabilities in a namespace of its own");
}

static void time_namespace(void) { judge(unshare(0x80), "a clock of its own"); }

static void other_namespace(void) {
    int namespace = open("/proc/self/ns/net", O_RDONLY);
    if (namespace < 0) judge(-1, "");
    judge(setns(namespace, 0), "joined a namespace");
}

#if defined(__x86_64__)
static void i386_entry(void) {
    long result = 20; /* getpid */
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    errno = result < 0 ? (int)-result : 0;
    judge(result, "called by the numbers of i386");
}

static void x32_entry(void) { judge(syscall(0x40000027), "called by the numbers of x32"); }
static void descriptor_table(void) {
    char table[16];
    judge(syscall(SYS_modify_ldt, 0, table, sizeof table), "reads its segment descriptors");
}
static void every_port(void) { judge(syscall(SYS_iopl, 3), "talks to all hardware"); }
static void hardware_ports(void) {
    only_inside();
    judge(syscall(SYS_ioperm, 0x80, 1, 1), "talks to hardware");
}
#endif

static void load_module(void) { judge_past(syscall(SYS_init_module, NULL, 0, ""), ENOEXEC, "past the gate of module loading"); }
static void load_module_file(void) { judge_past(syscall(SYS_finit_module, -1, "", 0), EBADF, "past the gate of module loading"); }
static void unload_module(void) {
    judge_past(syscall(SYS_delete_module, "escape_has_no_module", O_NONBLOCK), ENOENT, "past the gate of module removal");
}
static void other_kernel(void) {
    only_inside();
    judge(syscall(SYS_kexec_load, 0, 0, NULL, 0), "another kernel");
}
static void swap_space(void) { judge_past(swapon("/nonexistent", 0), ENOENT, "past the gate of swapon"); }
static void no_swap_space(void) { judge_past(swapoff("/nonexistent"), ENOENT, "past the gate of swapoff"); }
static void accounting(void) { judge_past(acct("/nonexistent"), ENOENT, "past the gate of acct"); }
static void machine_restart(void) {
    only_inside();
    judge(syscall(SYS_reboot, 0xfee1dead, 0x28121969, 0, 0), "governs the machine's restart");
}

static void restart_into_kernel(void) {
    only_inside();
    judge(syscall(SYS_reboot, 0xfee1dead, 0x28121969, 0x45584543, 0), "restarts the machine into another kernel");
}

static void suspend(void) {
    only_inside();
    judge(syscall(SYS_reboot, 0xfee1dead, 0x28121969, 0xD000FCE2, 0), "puts the machine to sleep");
}

static void set_clock(void) {
    only_inside();
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    judge(clock_settime(CLOCK_REALTIME, &now), "set the machine's clock");
}

static void turn_clock(void) {
    only_inside();
    struct timex turn = {.modes = ADJ_STATUS, .status = STA_UNSYNC};
    judge(adjtimex(&turn), "turned the machine's clock");
}

static void host_name(void) {
    use_disposable(CLONE_NEWUTS);
    judge(sethostname("escaped", 7), "another name");
}

static void host_name_file(void) {
    use_disposable(CLONE_NEWUTS);
    if (!is_outside) umount2("/proc/sys", MNT_DETACH);
    int file = open("/proc/sys/kernel/hostname", O_WRONLY);
    judge(file < 0 ? -1 : write(file, "escaped", 7), "another name");
}

static void quota_of_all(void) { judge(syscall(SYS_quotactl, 0x80000100 /* Q_SYNC */, NULL, 0, NULL), "governs quotas"); }

static void gift_pages(void) {
    int ends[2];
    char page[16] = {0};
    struct iovec part = {page, sizeof page};
    if (pipe(ends) < 0) judge(-1, "");
    judge(vmsplice(ends[1], &part, 1, 0), "its pages in a pipe");
}

static int opens(int family, int type, int protocol) {
    int opened = socket(family, type, protocol);
    if (opened < 0) return 0;
    close(opened);
    return 1;
}

/* Each of these can make the kernel load a module, which was the first step of ways out. */
static void rare_sockets(void) {
    static char text[128];
    for (int family = 0; family <= 50; family++) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK) continue;
        for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++)
            if (opens(family, type, 0)) {
                snprintf(text, sizeof text, "a socket of family %d", family);
                done(text);
            }
    }
    stopped(strerrorname_np(errno));
}

static void crypto_socket(void) { judge(socket(38, SOCK_SEQPACKET, 0), "the kernel's ciphers"); }
static void machine_socket(void) { judge(socket(40, SOCK_STREAM, 0), "a way to the hypervisor"); }
static void transform_socket(void) { judge(socket(AF_NETLINK, SOCK_RAW, 6), "the kernel's IPsec"); }
static void firewall_socket(void) { judge(socket(AF_NETLINK, SOCK_RAW, 12), "the kernel's packet filter"); }

const struct attempt kernel_attempts[] = {{"type-ahead", type_ahead},
                                          {"type-ahead-high-bits", type_ahead_high_bits},
                                          {"console-paste", console_paste},
                                          {"add-key", add_a_key},
                                          {"session-keyring", session_keyring},
                                          {"listed-keys", listed_keys},
                                          {"userfaultfd", fault_kernel},
                                          {"userfaultfd-user-mode", fault_user},
                                          {"io-uring", io_ring},
                                          {"bpf", kernel_program},
                                          {"perf-event", performance_counter},
                                          {"kernel-log", kernel_log},
                                          {"user-namespace", user_namespace},
                                          {"user-namespace-clone", user_namespace_by_clone},
                                          {"user-namespace-clone3", user_namespace_by_clone3},
                                          {"time-namespace", time_namespace},
                                          {"join-namespace", other_namespace},
#if defined(__x86_64__)
                                          {"i386-entry", i386_entry},
                                          {"x32-entry", x32_entry},
                                          {"segment-descriptors", descriptor_table},
                                          {"hardware-ports", hardware_ports},
                                          {"every-port", every_port},
#endif
                                          {"load-module", load_module},
                                          {"load-module-file", load_module_file},
                                          {"unload-module", unload_module},
                                          {"other-kernel", other_kernel},
                                          {"swap-on", swap_space},
                                          {"swap-off", no_swap_space},
                                          {"accounting", accounting},
                                          {"machine-restart", machine_restart},
                                          {"machine-kexec", restart_into_kernel},
                                          {"machine-suspend", suspend},
                                          {"set-clock", set_clock},
                                          {"turn-clock", turn_clock},
                                          {"host-name", host_name},
                                          {"host-name-file", host_name_file},
                                          {"quota", quota_of_all},
                                          {"gift-pages", gift_pages},
                                          {"rare-sockets", rare_sockets},
                                          {"crypto-socket", crypto_socket},
                                          {"machine-socket", machine_socket},
                                          {"ipsec-socket", transform_socket},
                                          {"firewall-socket", firewall_socket},
                                          {NULL, NULL}};
