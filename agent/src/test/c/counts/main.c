/*
 * counts NAME: takes items of a resource that the kernel counts for the whole machine, until a call fails or the number shows that
 * there is no limit. Prints the number and the error, and keeps the items until it is killed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* No limit is as high as this. */
enum { MAXIMUM = 300000 };

/* Numbers that show that there is no limit. */
enum { ENOUGH_REQUESTS = 1000, ENOUGH_CONNECTIONS = 40, ENOUGH_NEIGHBOURS = 300 };

static long terminals(void) {
    long count = 0;
    while (count < MAXIMUM && open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0) count++;
    return count;
}

static long processes(void) {
    long count = 0;
    pid_t child;
    while (count < MAXIMUM && (child = fork()) >= 0) {
        if (child == 0) {
            pause();
            _exit(0);
        }
        count++;
    }
    return count;
}

static long inotify_instances(void) {
    long count = 0;
    while (count < MAXIMUM && inotify_init1(0) >= 0) count++;
    return count;
}

static long inotify_watches(void) {
    static const char *const PLACES[] = {"/tmp", "/run"};
    long count = 0;
    int instance = inotify_init1(0);
    char name[64];
    for (size_t place = 0; place < 2; place++) {
        for (long i = 0;; i++) {
            snprintf(name, sizeof name, "%s/%ld", PLACES[place], i);
            int file = open(name, O_CREAT | O_WRONLY, 0600);
            if (file < 0) break;
            close(file);
            if (inotify_add_watch(instance, name, IN_MODIFY) < 0) return count;
            count++;
        }
    }
    errno = 0;
    return count;
}

static long fanotify_groups(void) {
    long count = 0;
    while (count < MAXIMUM && fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY) >= 0) count++;
    return count;
}

static long keys(void) {
    char name[32];
    long count = 0;
    do snprintf(name, sizeof name, "key-%ld", count);
    while (count < MAXIMUM && syscall(SYS_add_key, "user", name, "x", 1, -3) >= 0 && ++count);
    return count;
}

static long namespaces(void) {
    static const int KINDS[] = {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
    long count = 0;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) count += unshare(KINDS[i]) == 0;
    return count;
}

static long timers(void) {
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    long count = 0;
    int id;
    while (count < MAXIMUM && syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id) == 0) count++;
    return count;
}

static long segments(void) {
    long count = 0;
    while (count < MAXIMUM && shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0) count++;
    return count;
}

static long locked_pages(void) {
    char *memory = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long count = 0;
    while (count < (64 << 20) / 4096 && mlock(memory + 4096 * count, 4096) == 0) count++;
    return count;
}

static long files(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    long count = 0;
    while (count < MAXIMUM && open("/dev/null", O_RDONLY) >= 0) count++;
    return count;
}

static long requests(void) {
    long count = 0;
    aio_context_t context = 0;
    while (count < ENOUGH_REQUESTS && syscall(SYS_io_setup, 1, &context) == 0) {
        context = 0;
        count++;
    }
    return count;
}

/* Connections, each with a megabyte that nobody reads. */
static long tcp_memory(void) {
    static char block[1 << 16];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server, (struct sockaddr *)&address, length) || listen(server, 128) || getsockname(server, (struct sockaddr *)&address, &length))
        return -1;
    long bytes = 0;
    for (int i = 0; i < ENOUGH_CONNECTIONS; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&address, length)) break;
        fcntl(client, F_SETFL, O_NONBLOCK);
        for (ssize_t wrote; (wrote = write(client, block, sizeof block)) > 0;) bytes += wrote;
    }
    errno = 0;
    return bytes >> 20;
}

/* Pipes, each with the maximum number of pages. */
static long pipes(void) {
    long count = 0;
    int ends[2];
    while (count < MAXIMUM && pipe(ends) == 0 && fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) >= 0) count++;
    return count;
}

static long mounts(void) {
    return mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
}

/* Addresses on the link that the kernel tries to resolve, without an answer. */
static long neighbours(void) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    struct if_nameindex *links = if_nameindex();
    int sender = socket(AF_INET6, SOCK_DGRAM, 0);
    for (struct if_nameindex *link = links; link && link->if_index; link++)
        if (strcmp(link->if_name, "lo")) address.sin6_scope_id = link->if_index;
    long count = 0;
    for (; count < ENOUGH_NEIGHBOURS; count++) {
        char text[32];
        snprintf(text, sizeof text, "fe80::beef:%lx", count + 1);
        inet_pton(AF_INET6, text, &address.sin6_addr);
        if (sendto(sender, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address) < 0) break;
    }
    return count;
}

static long groups(void) {
    char name[64];
    long count = 0;
    do snprintf(name, sizeof name, "/sys/fs/cgroup/%ld", count);
    while (count < MAXIMUM && mkdir(name, 0755) == 0 && ++count);
    return count;
}

static const struct {
    const char *name;
    long (*take)(void);
} COUNTS[] = {
    {"terminals", terminals},
    {"processes", processes},
    {"inotify-instances", inotify_instances},
    {"inotify-watches", inotify_watches},
    {"fanotify-groups", fanotify_groups},
    {"keys", keys},
    {"namespaces", namespaces},
    {"timers", timers},
    {"segments", segments},
    {"locked-pages", locked_pages},
    {"files", files},
    {"requests", requests},
    {"tcp-memory", tcp_memory},
    {"pipes", pipes},
    {"mounts", mounts},
    {"neighbours", neighbours},
    {"groups", groups},
};

int main(int count, char **arguments) {
    for (size_t i = 0; count > 1 && i < sizeof COUNTS / sizeof *COUNTS; i++) {
        if (strcmp(COUNTS[i].name, arguments[1])) continue;
        errno = 0;
        long taken = COUNTS[i].take();
        printf("%s %ld %s\n", COUNTS[i].name, taken, strerrorname_np(errno));
        fflush(stdout);
    }
    pause();
    return 0;
}
