/*
 * A hostile jail and the commands that enter it.
 *
 *     entering attack   starts attackers, which look into every process that appears as often as they can, until its command is executed
 *     entering stop     stops every process that appears, until it ends
 *     entering enter    the command: waits until every attacker has seen it executed, then prints what they have found
 *
 * An attacker writes what it found about process N to /srv/N-ATTACKER: "before", how many rounds of attempts came before the execution;
 * "leak", a way that gave something of what is not the command; "after", each way that succeeded on the command itself, which shows
 * that it is a way at all.
 *
 * Whether something belongs to the command is decided by what it is: the command's memory begins with the header of this program, which
 * lies at the same address in the program that enters jails.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ATTACKERS = 2, MAX_PIDS = 1 << 16, WINDOW = 16, FAR_WINDOW = 4096, FAR_ROUNDS = 4096, HEADER = 64, FIRST_OTHER = 3, LAST_OTHER = 64 };

/* What an attempt gave: nothing; what is the command's; anything else. */
enum verdict { REFUSED, COMMAND, LEAK };

/* Provided by the linker: where the header of this program is. */
extern const char __executable_start[];

static char own_path[256];
static char text[1 << 16];

static int is_alive(pid_t pid) {
    return kill(pid, 0) == 0 || errno == EPERM;
}

static int open_in(pid_t pid, const char *name, int flags) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return open(path, flags | O_CLOEXEC);
}

static ssize_t read_link(pid_t pid, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    ssize_t length = readlink(path, text, sizeof text - 1);
    text[length < 0 ? 0 : length] = 0;
    return length;
}

/* Reads a whole file of a process into `text`; returns its length, or -1. */
static ssize_t read_file(pid_t pid, const char *name) {
    int file = open_in(pid, name, O_RDONLY);
    if (file < 0) return -1;
    ssize_t length = 0, part;
    while ((part = read(file, text + length, sizeof text - 1 - length)) > 0) length += part;
    close(file);
    text[length] = 0;
    return part < 0 ? -1 : length;
}

static enum verdict of_header(const char *bytes) {
    return memcmp(bytes, __executable_start, HEADER) == 0 ? COMMAND : LEAK;
}

static enum verdict by_mem(pid_t pid) {
    char bytes[HEADER];
    int file = open_in(pid, "mem", O_RDONLY);
    if (file < 0) return REFUSED;
    ssize_t length;
    /* A program that is being executed has nothing there for a moment. */
    do length = pread(file, bytes, HEADER, (off_t)__executable_start);
    while (length < 0 && errno == EIO && is_alive(pid));
    close(file);
    if (length == HEADER) return of_header(bytes);
    /* Memory that nobody has any more was not the command's: it waits. */
    return length == 0 && is_alive(pid) ? LEAK : REFUSED;
}

static enum verdict by_vm_readv(pid_t pid) {
    char bytes[HEADER];
    struct iovec here = {bytes, HEADER}, there = {(void *)__executable_start, HEADER};
    ssize_t length;
    do length = process_vm_readv(pid, &here, 1, &there, 1, 0);
    while (length < 0 && errno == EFAULT && is_alive(pid));
    return length == HEADER ? of_header(bytes) : REFUSED;
}

/* The name of a process changes with its program, which others can trace only after that. */
static int has_own_name(pid_t pid) {
    static char own[sizeof text];
    if (read_file(getpid(), "comm") <= 0) return 0;
    memcpy(own, text, sizeof own);
    return read_file(pid, "comm") > 0 && strcmp(own, text) == 0;
}

static enum verdict by_ptrace(pid_t pid) {
    int status;
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0) return REFUSED;
    int too_early = !has_own_name(pid);
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    if (waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status)) return REFUSED;
    char bytes[HEADER];
    for (size_t i = 0; i < HEADER; i += sizeof(long)) {
        long word = ptrace(PTRACE_PEEKDATA, pid, __executable_start + i, 0);
        memcpy(bytes + i, &word, sizeof word);
    }
    enum verdict verdict = too_early ? LEAK : of_header(bytes);
    ptrace(PTRACE_DETACH, pid, 0, 0);
    return verdict;
}

/* The command has the standard streams alone; who enters for it has more. */
static enum verdict by_getfd(pid_t pid) {
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    enum verdict verdict = REFUSED;
    if (process < 0) return REFUSED;
    for (int number = LAST_OTHER; number >= 0; number--) {
        int taken = (int)syscall(SYS_pidfd_getfd, process, number, 0);
        if (taken < 0) continue;
        close(taken);
        if (number >= FIRST_OTHER) verdict = LEAK;
        else if (verdict == REFUSED) verdict = COMMAND;
    }
    close(process);
    return verdict;
}

static enum verdict by_fd(pid_t pid) {
    enum verdict verdict = REFUSED;
    for (int number = LAST_OTHER; number >= 0; number--) {
        char name[16];
        snprintf(name, sizeof name, "fd/%d", number);
        if (read_link(pid, name) < 0) continue;
        if (number >= FIRST_OTHER) verdict = LEAK;
        else if (verdict == REFUSED) verdict = COMMAND;
    }
    return verdict;
}

static enum verdict by_exe(pid_t pid) {
    struct stat own, found;
    for (int flags = O_WRONLY; flags <= O_RDWR; flags++) {
        int file = open_in(pid, "exe", flags);
        if (file >= 0) return LEAK;
    }
    int file = open_in(pid, "exe", O_RDONLY);
    if (file < 0) return read_link(pid, "exe") < 0 || strcmp(text, own_path) == 0 ? REFUSED : LEAK;
    int same = fstat(file, &found) == 0 && stat("/proc/self/exe", &own) == 0 && own.st_ino == found.st_ino && own.st_dev == found.st_dev;
    close(file);
    return same ? COMMAND : LEAK;
}

static enum verdict by_environ(pid_t pid) {
    ssize_t length = read_file(pid, "environ");
    if (length <= 0) return REFUSED;
    return memmem(text, length, "ENTERED=1", 9) ? COMMAND : LEAK;
}

static enum verdict by_directory(pid_t pid, const char *name) {
    struct stat own, found;
    int file = open_in(pid, name, O_PATH);
    if (file < 0) return REFUSED;
    int same = fstat(file, &found) == 0 && stat("/", &own) == 0 && own.st_ino == found.st_ino && own.st_dev == found.st_dev;
    close(file);
    return same ? COMMAND : LEAK;
}

static enum verdict by_root(pid_t pid) {
    return by_directory(pid, "root");
}

static enum verdict by_cwd(pid_t pid) {
    return by_directory(pid, "cwd");
}

static enum verdict of_mapped(const char *path) {
    return strcmp(path, own_path) == 0 ? COMMAND : LEAK;
}

static enum verdict by_maps(pid_t pid) {
    enum verdict verdict = REFUSED;
    if (read_file(pid, "maps") <= 0) return REFUSED;
    for (char *line = strtok(text, "\n"); line && verdict != LEAK; line = strtok(NULL, "\n")) {
        char *path = strchr(line, '/');
        if (path) verdict = of_mapped(path);
    }
    return verdict;
}

static enum verdict by_map_files(pid_t pid) {
    char path[512];
    enum verdict verdict = REFUSED;
    snprintf(path, sizeof path, "/proc/%d/map_files", pid);
    DIR *directory = opendir(path);
    if (!directory) return REFUSED;
    for (struct dirent *entry; verdict != LEAK && (entry = readdir(directory));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "map_files/%s", entry->d_name);
        /* Who may see the range may not always follow it. */
        verdict = read_link(pid, path) < 0 ? COMMAND : of_mapped(text);
    }
    closedir(directory);
    return verdict;
}

/* Whether the first argument of a process is that of a command of HostileEntryTest: this program, or the interpreter of one of its scripts. */
static int is_of_a_command(const char *argument) {
    return strcmp(argument, own_path) == 0 || strcmp(argument, "/proc/self/exe") == 0 || strcmp(argument, "/link") == 0;
}

/* What anybody may read of a process: the mounts of its namespace, and its arguments. */
static enum verdict by_public(pid_t pid) {
    static char own[sizeof text];
    ssize_t length = read_file(getpid(), "mountinfo");
    memcpy(own, text, sizeof own);
    if (read_file(pid, "mountinfo") > 0 && (length < 0 || strcmp(own, text) != 0)) return LEAK;
    length = read_file(pid, "cmdline");
    return length > 0 && text[0] == '/' && !is_of_a_command(text) ? LEAK : REFUSED;
}

static const struct way {
    const char *name;
    enum verdict (*attempt)(pid_t pid);
} WAYS[] = {
    {"mem", by_mem},   {"process_vm_readv", by_vm_readv},
    {"ptrace", by_ptrace}, {"pidfd_getfd", by_getfd},
    {"fd", by_fd},     {"exe", by_exe},
    {"environ", by_environ}, {"root", by_root},
    {"cwd", by_cwd},   {"maps", by_maps},
    {"map_files", by_map_files}, {"public", by_public},
};
enum { WAY_COUNT = sizeof WAYS / sizeof WAYS[0] };

static int is_executed(pid_t pid) {
    return read_link(pid, "exe") > 0 && strcmp(text, own_path) == 0;
}

static void attack(pid_t pid, int attacker) {
    char path[64], finished[64];
    int leaks[WAY_COUNT] = {0}, after[WAY_COUNT] = {0};
    long before = 0;
    for (int executed = 0; !executed && is_alive(pid);) {
        executed = is_executed(pid);
        if (!executed) before++;
        for (int i = 0; i < WAY_COUNT; i++) {
            /* Each attacker begins with another way. */
            int at = (i + attacker * WAY_COUNT / ATTACKERS) % WAY_COUNT;
            enum verdict verdict = WAYS[at].attempt(pid);
            leaks[at] += verdict == LEAK;
            after[at] += executed && verdict == COMMAND;
        }
    }
    snprintf(path, sizeof path, "/srv/%d-%d.new", pid, attacker);
    snprintf(finished, sizeof finished, "/srv/%d-%d", pid, attacker);
    FILE *found = fopen(path, "w");
    if (!found) abort();
    fprintf(found, "before %ld\n", before);
    for (int i = 0; i < WAY_COUNT; i++) {
        if (leaks[i]) fprintf(found, "leak %s\n", WAYS[i].name);
        if (after[i]) fprintf(found, "after %s\n", WAYS[i].name);
    }
    fclose(found);
    if (rename(path, finished) < 0) abort();
}

/*
 * Does this to each process of the jail that appears; they have ascending numbers, and may appear in another order. Whoever did not run while
 * many came and went finds the next ones further on.
 */
static void to_each(void (*what)(pid_t pid, int attacker), int attacker, pid_t last) {
    static char is_done[MAX_PIDS];
    for (long round = 1;; round++) {
        int found = 0;
        pid_t reach = round % FAR_ROUNDS ? WINDOW : FAR_WINDOW;
        for (pid_t pid = last < WINDOW ? 1 : last - WINDOW; pid <= last + reach && pid < MAX_PIDS; pid++) {
            if (is_done[pid] || pid <= 1 + ATTACKERS || !is_alive(pid)) continue;
            is_done[pid] = 1;
            found = 1;
            if (pid > last) last = pid;
            what(pid, attacker);
        }
        if (!found) sched_yield();
    }
}

static void stop(pid_t pid, int attacker) {
    (void)attacker;
    while (kill(pid, SIGSTOP) == 0) sched_yield();
}

static int enter(void) {
    char path[64];
    for (int attacker = 0; attacker < ATTACKERS; attacker++) {
        snprintf(path, sizeof path, "/srv/%d-%d", getpid(), attacker);
        while (access(path, F_OK) < 0) sched_yield();
    }
    for (int attacker = 0; attacker < ATTACKERS; attacker++) {
        char line[256];
        snprintf(path, sizeof path, "/srv/%d-%d", getpid(), attacker);
        FILE *found = fopen(path, "r");
        if (!found) return 1;
        while (fgets(line, sizeof line, found)) fputs(line, stdout);
        fclose(found);
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count != 2 || readlink("/proc/self/exe", own_path, sizeof own_path - 1) < 0) return 2;
    if (strcmp(arguments[1], "enter") == 0) return enter();
    void (*what)(pid_t, int) = strcmp(arguments[1], "stop") == 0 ? stop : attack;
    for (int attacker = 0; attacker < ATTACKERS; attacker++) {
        pid_t child = fork();
        if (child == 0) to_each(what, attacker, 1 + ATTACKERS);
        if (child != 2 + attacker) return 3;
    }
    puts("ready");
    fflush(stdout);
    while (1) pause();
}
