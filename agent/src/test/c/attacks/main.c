/*
 * attacks NAME [WAY]: uses up a resource that a jail shares with others. Takes all it can get, prints how much that was, and
 * keeps it. It stays within the means of a test machine (sleeping processes, files on the test's own file system, memory up to
 * a few hundred megabytes).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USERS = 40, MOST = 100000, SPINNERS = 16, MEGABYTE = 1 << 20, MAX_MEGABYTES = 256 };

static void say(const char *what, long count) {
    printf("%s %ld %s\n", what, count, strerrorname_np(errno));
    fflush(stdout);
}

/* Each child forks until fork fails, and stays. Uses several users, because some limits apply to each user. */
static int fork_bomb(void) {
    int *count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int user = 0; user < USERS; user++) {
        if (fork() == 0) {
            if (setuid(1000 + user) < 0) _exit(1);
            while (1) {
                pid_t child = fork();
                if (child > 0) __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
                if (child < 0) pause();
            }
        }
    }
    for (int before = -1; before != *count; usleep(300000)) before = *count;
    errno = EAGAIN;
    say("processes", *count);
    return 0;
}

static long as_users(long (*take)(void)) {
    long *taken = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int user = 0; user < USERS; user++) {
        int ends[2];
        char byte;
        if (pipe(ends) < 0) return -1;
        if (fork() == 0) {
            if (setuid(1000 + user) < 0) _exit(1);
            *taken += take();
            taken[1] = errno;
            close(ends[1]);
            pause();
        }
        close(ends[1]);
        if (read(ends[0], &byte, 1) < 0) return -1;
        close(ends[0]);
    }
    errno = (int)taken[1];
    return *taken;
}

static long take_watchers(void) {
    long count = 0;
    while (count < MOST && inotify_init1(0) >= 0) count++;
    return count;
}

static long take_queues(void) {
    char name[64];
    struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    long count = 0;
    do snprintf(name, sizeof name, "/queue-%d-%ld", getuid(), count);
    while (count < MOST && mq_open(name, O_CREAT | O_RDWR, 0600, &attributes) >= 0 && ++count);
    return count;
}

static long take_signals(void) {
    long count = 0;
    sigset_t blocked;
    sigfillset(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    while (count < 4 * MOST && sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0) count++;
    return count;
}

static long fill_disk(void) {
    static char block[1 << 16];
    long count = 0;
    int file = open("/srv/full", O_CREAT | O_WRONLY, 0600);
    while (count < MOST && write(file, block, sizeof block) == sizeof block) count++;
    while (write(file, block, 512) == 512) continue;
    return count;
}

static long fill_log(void) {
    static char line[4096];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    long count = 0;
    while (write(1, line, sizeof line) > 0) count++;
    return count;
}

/* Writes bytes until there is no more space, and then creates empty files until that fails. */
static void fill_directory(const char *directory) {
    static char block[MEGABYTE];
    char name[64];
    long count = 0;
    snprintf(name, sizeof name, "%s/full", directory);
    int file = open(name, O_CREAT | O_WRONLY, 0600);
    for (ssize_t wrote; (wrote = write(file, block, sizeof block)) > 0;) count += wrote;
    printf("%s ", directory);
    say("bytes", count);
    close(open(name, O_TRUNC | O_WRONLY));
    close(file);
    for (count = 0; count < 4 * MOST; count++) {
        snprintf(name, sizeof name, "%s/%ld", directory, count);
        file = open(name, O_CREAT | O_WRONLY, 0600);
        if (file < 0) break;
        close(file);
    }
    printf("%s ", directory);
    say("files", count);
}

/* Each of these takes another megabyte in its own way; returns whether it got it. */
static int take_anonymous(void) {
    return mmap(NULL, MEGABYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) != MAP_FAILED;
}

static int take_file(int file) {
    static char block[MEGABYTE];
    return file >= 0 && write(file, block, sizeof block) == sizeof block;
}

static int take_memfd(void) {
    return take_file(memfd_create("full", 0));
}

static int take_tmpfs(void) {
    static int file = -1;
    if (file < 0) file = open("/tmp/full", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    return take_file(file);
}

/* On a file system without a size, which root of a jail of profile system mounts. */
static int take_mounted(const char *type) {
    static int file = -1;
    if (file < 0) {
        mkdir("/mnt", 0755);
        if (access("/mnt/full", F_OK) && mount("none", "/mnt", type, 0, NULL)) return 0;
        file = open("/mnt/full", O_CREAT | O_APPEND | O_WRONLY, 0600);
    }
    return take_file(file);
}

static int take_ramfs(void) {
    return take_mounted("ramfs");
}

static int take_sizeless(void) {
    return take_mounted("tmpfs");
}

static int take_segment(void) {
    int segment = shmget(IPC_PRIVATE, MEGABYTE, IPC_CREAT | 0600);
    char *memory = segment < 0 ? (void *)-1 : shmat(segment, NULL, 0);
    if (memory == (void *)-1) return 0;
    shmctl(segment, IPC_RMID, NULL);
    memset(memory, 1, MEGABYTE);
    return 1;
}

/* Data in transit between two sockets; the rest of a pair's memory is negligible. */
static int take_sockets(void) {
    static char block[1 << 14];
    int ends[2];
    long count = 0;
    while (count < MEGABYTE) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0) return 0;
        for (ssize_t wrote; (wrote = write(ends[0], block, sizeof block)) > 0;) count += wrote;
    }
    return 1;
}

/* Each touched page needs a page of tables. */
static int take_tables(void) {
    enum { REGION = 1 << 21 };
    for (int i = 0; i < MEGABYTE / 4096; i++) {
        char *memory = mmap(NULL, 2 * REGION, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) return 0;
        if (*(volatile char *)memory) return 0;
    }
    return 1;
}

static const struct {
    const char *name;
    int (*take)(void);
} WAYS[] = {
    {"anonymous", take_anonymous}, {"memfd", take_memfd},     {"tmpfs", take_tmpfs},
    {"segments", take_segment},    {"sockets", take_sockets}, {"tables", take_tables},
    {"ramfs", take_ramfs},         {"sizeless", take_sizeless},
};

/* Takes memory again as long as the kernel kills a child for it. */
static void fill_memory(const char *way) {
    long *taken = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    signal(SIGCHLD, SIG_DFL);
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        if (strcmp(WAYS[i].name, way)) continue;
        do {
            *taken = 0;
            pid_t child = fork();
            if (child == 0) {
                while (*taken < MAX_MEGABYTES && WAYS[i].take()) ++*taken;
                taken[1] = errno;
                _exit(0);
            }
            if (child < 0 || waitpid(child, &status, 0) < 0) return;
            errno = WIFSIGNALED(status) ? ENOMEM : (int)taken[1];
            say(WIFSIGNALED(status) ? "killed-after-megabytes" : "megabytes", *taken);
        } while (WIFSIGNALED(status));
    }
}

/* Enough processes to use every processor of a small host several times over. */
static void spin(void) {
    for (int i = 0; i < SPINNERS; i++) {
        if (fork() == 0)
            while (1) __asm__ volatile("");
    }
    say("spinners", SPINNERS);
}

/* Takes one of each resource that a neighbour or the host needs; prints what it gets. */
static int one_of_each(void) {
    struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    char name[64];
    snprintf(name, sizeof name, "/one-%d", getpid());
    errno = 0;
    say("watcher", inotify_init1(0) >= 0);
    errno = 0;
    say("queue", mq_open(name, O_CREAT | O_RDWR, 0600, &attributes) >= 0);
    mq_unlink(name);
    errno = 0;
    say("signal", sigqueue(getpid(), SIGCONT, (union sigval){0}) == 0);
    static char page[4096];
    errno = 0;
    say("lock", mlock(page, sizeof page) == 0);
    errno = 0;
    pid_t child = fork();
    if (child == 0) _exit(0);
    say("process", child > 0);
    return 0;
}

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "";
    signal(SIGCHLD, SIG_IGN);
    if (!strcmp(name, "one-of-each")) return one_of_each();
    if (!strcmp(name, "fork-bomb")) fork_bomb();
    if (!strcmp(name, "watchers")) say("watchers", as_users(take_watchers));
    if (!strcmp(name, "queues")) say("queues", as_users(take_queues));
    if (!strcmp(name, "signals")) say("signals", as_users(take_signals));
    if (!strcmp(name, "disk")) say("blocks", fill_disk());
    if (!strcmp(name, "directories"))
        for (int i = 2; i < count; i++) fill_directory(arguments[i]);
    if (!strcmp(name, "memory")) fill_memory(count > 2 ? arguments[2] : "anonymous");
    if (!strcmp(name, "spin")) spin();
    if (!strcmp(name, "log")) say("lines", fill_log());
    pause();
    return 0;
}
