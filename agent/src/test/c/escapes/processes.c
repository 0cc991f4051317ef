/* Attempts on processes outside of the jail, and attempts to gain more rights than the jail's root. */
#include "probe.h"
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pid_t attacked(void) { return atoi(fact("pid")); }

static void signal_host(void) { judge(kill(attacked(), 0), "may signal a process of the host"); }

static void signal_owner(void) {
    int ends[2];
    if (pipe(ends) < 0) judge(-1, "");
    judge(fcntl(ends[0], F_SETOWN, attacked()), "has a process of the host signalled");
}

static void signal_group(void) { judge(kill(-attacked(), 0), "may signal a group of processes of the host"); }

static void signal_owner_group(void) {
    int ends[2];
    if (pipe(ends) < 0) judge(-1, "");
    judge(fcntl(ends[0], F_SETOWN, -attacked()), "has a group of processes of the host signalled");
}

static void process_descriptor(void) { judge(syscall(SYS_pidfd_open, attacked(), 0), "holds a process of the host"); }
static void trace(void) { judge(ptrace(PTRACE_SEIZE, attacked(), 0, 0), "traces a process of the host"); }

static void read_memory(void) {
    char byte;
    struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
    judge_past(process_vm_readv(attacked(), &here, 1, &there, 1, 0), EFAULT, "reads the memory of a process of the host");
}

static void memory_file(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", attacked());
    judge(open(path, O_RDONLY), "opened the memory of a process of the host");
}

static void proc_entry(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", attacked());
    judge(open(path, O_RDONLY), "reads the environment of a process of the host");
}

static void priority(void) { judge(setpriority(PRIO_PROCESS, 0, -20), "goes before all others"); }

static void real_time(void) {
    struct sched_param most = {.sched_priority = 1};
    judge(sched_setscheduler(0, SCHED_FIFO, &most), "never gives way");
}

static void disk_priority(void) { judge(syscall(SYS_ioprio_set, 1, 0, 1 << 13), "goes before all others at the disk"); }

static void spared_by_oom(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY);
    judge(file < 0 ? -1 : write(file, "-1000", 5), "lets others be killed for lack of memory");
}

static void foreign_user(void) { judge(setuid(1500053504), "a user of the host"); }

static void foreign_owner(void) {
    char path[] = "/tmp/escape-XXXXXX";
    int file = mkstemp(path);
    long result = fchown(file, 1500053504, 1500053504);
    int error = errno;
    unlink(path);
    errno = error;
    judge(result, "gives files to a user of the host");
}

static void capability(int number) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    syscall(SYS_capget, &header, sets);
    sets[number / 32].permitted |= 1U << number % 32;
    sets[number / 32].effective |= 1U << number % 32;
    judge(syscall(SYS_capset, &header, sets), "has the capability");
}

static void administrator(void) { capability(CAP_SYS_MODULE); }
static void network_administrator(void) { capability(CAP_NET_ADMIN); }

static void more_descriptors(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_max++;
    judge(setrlimit(RLIMIT_NOFILE, &limit), "raises its own hard limit");
}

static void shared_segment(void) { judge(shmget(atoi(fact("shm")), 0, 0), "a segment of the host"); }
static void message_queue(void) { judge(mq_open(fact("queue"), O_RDONLY), "a message queue of the host"); }

static void semaphores(void) { judge(semget(atoi(fact("shm")), 0, 0), "semaphores of the host"); }
static void messages(void) { judge(msgget(atoi(fact("shm")), 0), "messages of the host"); }

/* Its own mount, if it can create one, shows the queues of its namespace, and so does the existing one. */
static void queue_directory(void) {
    use_disposable(CLONE_NEWNS);
    DIR *directory = opendir(mount("none", room, "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 ? room : "/dev/mqueue");
    if (!directory) judge(-1, "");
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
        if (*entry->d_name != '.') done("sees message queues of the host");
    stopped("no queue there");
}

const struct attempt processes_attempts[] = {{"signal", signal_host},
                                             {"signal-group", signal_group},
                                             {"signal-by-owner", signal_owner},
                                             {"signal-by-owner-group", signal_owner_group},
                                             {"process-descriptor", process_descriptor},
                                             {"trace", trace},
                                             {"read-memory", read_memory},
                                             {"memory-file", memory_file},
                                             {"proc-entry", proc_entry},
                                             {"priority", priority},
                                             {"real-time", real_time},
                                             {"disk-priority", disk_priority},
                                             {"spared-by-oom", spared_by_oom},
                                             {"foreign-user", foreign_user},
                                             {"foreign-owner", foreign_owner},
                                             {"load-capability", administrator},
                                             {"network-capability", network_administrator},
                                             {"hard-limit", more_descriptors},
                                             {"shared-segment", shared_segment},
                                             {"semaphores", semaphores},
                                             {"messages", messages},
                                             {"message-queue", message_queue},
                                             {"queue-directory", queue_directory},
                                             {NULL, NULL}};
