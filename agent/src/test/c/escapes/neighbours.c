/* The process that others attack, and two processes that use one file; each may be in its own jail. */
#include "probe.h"
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { KEYCTL_INVALIDATE_ = 21, KEYCTL_SETPERM_ = 5, KEYCTL_SET_TIMEOUT_ = 15, ALL_MAY_SEE = 0x3f3f3f3f, PATIENCE_MILLIS = 10000 };

/* Creates a key that everybody may see, if possible: a jail cannot create keys. */
static long key_to_see(const char *name) {
    long key = syscall(SYS_add_key, "user", name, "x", 1, -4 /* the user's own keyring */);
    if (key < 0) return key;
    syscall(SYS_keyctl, KEYCTL_SETPERM_, key, ALL_MAY_SEE);
    syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT_, key, 3600);
    return key;
}

/* Holds an abstract socket, a key, a message queue and System V objects, all with names that the attackers know. */
int be_attacked(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path + 1, fact("abstract"), sizeof address.sun_path - 2);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), number = atoi(fact("shm"));
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(fact("abstract")));
    int segment = shmget(number, 4096, IPC_CREAT | 0666);
    int semaphores = semget(number, 1, IPC_CREAT | 0666);
    int messages = msgget(number, IPC_CREAT | 0666);
    mqd_t queue = mq_open(fact("queue"), O_CREAT | O_RDWR, 0666, NULL);
    long key = key_to_see(fact("key"));
    setpgid(0, 0); /* so that its number names a group too */
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 5) < 0 || segment < 0 ||
        semaphores < 0 || messages < 0 || queue < 0) {
        perror("the host's part");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    char byte;
    ssize_t end = read(0, &byte, 1); /* until the test closes its end */
    shmctl(segment, IPC_RMID, NULL);
    semctl(semaphores, 0, IPC_RMID);
    msgctl(messages, IPC_RMID, NULL);
    mq_unlink(fact("queue"));
    if (key >= 0) syscall(SYS_keyctl, KEYCTL_INVALIDATE_, key);
    return end < 0;
}

static int events_within(int watch, int millis) {
    char events[4096];
    int count = 0;
    struct pollfd ready = {watch, POLLIN, 0};
    while (poll(&ready, 1, count ? 0 : millis) > 0) {
        ssize_t length = read(watch, events, sizeof events);
        for (ssize_t at = 0; at < length; at += (ssize_t)(sizeof(struct inotify_event) + ((struct inotify_event *)(events + at))->len))
            count++;
    }
    return count;
}

/* Counts events on a file until SIGUSR1; then opens the file itself, and counts again. */
int watch_file(const char *path) {
    sigset_t told;
    int heard, watch = inotify_init1(0);
    sigemptyset(&told);
    sigaddset(&told, SIGUSR1);
    sigprocmask(SIG_BLOCK, &told, NULL);
    if (inotify_add_watch(watch, path, IN_OPEN | IN_ACCESS) < 0) {
        perror(path);
        return 1;
    }
    puts("watching");
    fflush(stdout);
    sigwait(&told, &heard);
    printf("of others %d\n", events_within(watch, 0));
    close(open(path, O_RDONLY));
    printf("of its own %d\n", events_within(watch, PATIENCE_MILLIS));
    puts("watched");
    fflush(stdout);
    pause();
    return 0;
}

/* Holds a lease, so that processes that open the file must wait. */
int lease_file(const char *path) {
    int file = open(path, O_RDONLY);
    signal(SIGIO, SIG_IGN);
    if (file < 0 || fcntl(file, F_SETLEASE, F_WRLCK) < 0) printf("no lease: %s\n", strerrorname_np(errno));
    else puts("leased");
    fflush(stdout);
    pause();
    return 0;
}

int open_file(const char *path) {
    int file = open(path, O_RDONLY | O_NONBLOCK);
    puts(file >= 0 ? "opened" : strerrorname_np(errno));
    return 0;
}
