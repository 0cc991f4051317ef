/*
 * escapes inside|outside FAMILY [NAME=VALUE ...]: makes every attempt of a family
 * escapes host NAME=VALUE ...: is the target of the attempts
 * escapes watch FILE, escapes lease FILE, escapes open FILE: two neighbours and one file, see neighbours.c
 */
#include "probe.h"
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 20 };

int is_outside;
char room[32];
static char **facts;
static const char *current;

const char *fact(const char *name) {
    size_t length = strlen(name);
    for (char **pair = facts; *pair; pair++)
        if (strncmp(*pair, name, length) == 0 && (*pair)[length] == '=') return *pair + length + 1;
    fprintf(stderr, "the fact %s is missing\n", name);
    exit(2);
}

const char *attempt_name(void) { return current; }

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

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

/* An attempt that the filter kills counts as stopped. Any other end without an answer is a crash. */
static void make(const struct attempt *attempt) {
    current = attempt->name;
    strcpy(room, "/tmp/escape-XXXXXX");
    if (!mkdtemp(room)) *room = 0;
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        attempt->make();
        stopped("nothing was gained");
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        printf("%s\tcrashed\tnever began\n", attempt->name);
    } else if (WIFSIGNALED(status)) {
        const char *verdict = WTERMSIG(status) == SIGSYS ? "stopped" : "crashed";
        printf("%s\t%s\tended by SIG%s\n", attempt->name, verdict, sigabbrev_np(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
        printf("%s\tcrashed\tended with %d\n", attempt->name, WEXITSTATUS(status));
    }
    fflush(stdout);
    if (*room) nftw(room, take_away, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    facts = arguments + 2;
    if (strcmp(arguments[1], "host") == 0) return be_attacked();
    if (count < 3) return 2;
    if (strcmp(arguments[1], "watch") == 0) return watch_file(arguments[2]);
    if (strcmp(arguments[1], "lease") == 0) return lease_file(arguments[2]);
    if (strcmp(arguments[1], "open") == 0) return open_file(arguments[2]);
    facts = arguments + 3;
    is_outside = strcmp(arguments[1], "outside") == 0;
    const struct {
        const char *name;
        const struct attempt *attempts;
    } families[] = {{"crashes", crashes_attempts},
                    {"files", files_attempts},
                    {"kernel", kernel_attempts},
                    {"network", network_attempts},
                    {"processes", processes_attempts}};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].name, arguments[2]) == 0)
            for (const struct attempt *attempt = families[i].attempts; attempt->name; attempt++) make(attempt);
    puts("end\tend\tend");
    return 0;
}
