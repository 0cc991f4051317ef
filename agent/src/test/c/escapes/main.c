/* escapes inside|outside FAMILY [NAME=VALUE ...]: makes every attempt of a family; escapes host NAME=VALUE ...: is attacked. */
#include "probe.h"
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 5 };

int is_outside;
static char **facts;
static const char *current;

const char *fact(const char *name) {
    size_t length = strlen(name);
    for (char **pair = facts; *pair; pair++)
        if (strncmp(*pair, name, length) == 0 && (*pair)[length] == '=') return *pair + length + 1;
    fprintf(stderr, "the fact %s is missing\n", name);
    exit(2);
}

static void say(const char *verdict, const char *text) {
    printf("%s\t%s\t%s\n", current, verdict, text);
    fflush(stdout);
    _exit(0);
}

void done(const char *what) {
    say("done", what);
    abort();
}

void stopped(const char *why) {
    say("stopped", why);
    abort();
}

void judge(long result, const char *what) {
    if (result >= 0) done(what);
    stopped(strerrorname_np(errno));
}

void judge_past(long result, int errno_past_the_gate, const char *what) {
    if (result < 0 && errno == errno_past_the_gate) done(what);
    judge(result, what);
}

void only_inside(void) {
    if (is_outside) say("untried", "would touch the whole machine");
}

void use_disposable(int namespaces) {
    if (!is_outside) return;
    if (unshare(namespaces) < 0) stopped("no namespace to try it in");
    if (namespaces & CLONE_NEWNS && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) stopped("no mounts to try it with");
}

static void make(const struct attempt *attempt) {
    current = attempt->name;
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        attempt->make();
        stopped("nothing was gained");
    }
    int status;
    if (waitpid(child, &status, 0) == child && WIFSIGNALED(status)) {
        printf("%s\tstopped\tended by SIG%s\n", attempt->name, sigabbrev_np(WTERMSIG(status)));
        fflush(stdout);
    }
}

/* The host's process that is attacked: holds an abstract socket, a SysV segment and a message queue of known names. */
static int be_attacked(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path + 1, fact("abstract"), sizeof address.sun_path - 2);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(fact("abstract")));
    int segment = shmget(atoi(fact("shm")), 4096, IPC_CREAT | 0666);
    mqd_t queue = mq_open(fact("queue"), O_CREAT | O_RDWR, 0666, NULL);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 5) < 0 || segment < 0 || queue < 0) {
        perror("the host's part");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    char byte;
    ssize_t end = read(0, &byte, 1); /* until the test lets go */
    shmctl(segment, IPC_RMID, NULL);
    mq_unlink(fact("queue"));
    return end < 0;
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    facts = arguments + 2;
    if (strcmp(arguments[1], "host") == 0) return be_attacked();
    if (count < 3) return 2;
    facts = arguments + 3;
    is_outside = strcmp(arguments[1], "outside") == 0;
    const struct {
        const char *name;
        const struct attempt *attempts;
    } families[] = {{"files", files_attempts},
                    {"kernel", kernel_attempts},
                    {"network", network_attempts},
                    {"processes", processes_attempts}};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].name, arguments[2]) == 0)
            for (const struct attempt *attempt = families[i].attempts; attempt->name; attempt++) make(attempt);
    puts("end\tend\tend");
    return 0;
}
