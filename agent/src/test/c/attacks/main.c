/*
 * attacks NAME [SECONDS]: what one jail does to the others by using up what they share. Takes all it can get, says how much
 * that was, keeps it, and ends by itself; nothing here leaves the limits of a test machine (processes that pause, files on a
 * file system of the test's own).
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
#include <sys/wait.h>
#include <unistd.h>

enum { USERS = 40, MOST = 100000 };

static void say(const char *what, long count) {
    printf("%s %ld %s\n", what, count, strerrorname_np(errno));
    fflush(stdout);
}

/* Each child forks on until it is refused, and stays. As several users, since some limits are for each user. */
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

static long take_memory(void) {
    long count = 0;
    while (count < 4096) {
        char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory == MAP_FAILED) break;
        count++;
    }
    return count;
}

/* What a neighbour or the host needs one of: says what it gets. */
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
    if (!strcmp(name, "memory")) say("megabytes", take_memory());
    if (!strcmp(name, "log")) say("lines", fill_log());
    pause();
    return 0;
}
