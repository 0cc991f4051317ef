/*
 * FreeBSD's jail_set(2) and its family, rctl(2), nmount(2) and sysctl(3) with the signatures of its headers, for tests on
 * another system. It records every call, byte by byte. Jails are directories below STATE, so that the program that enters a
 * jail, which is a separate process, sees them too. It confines nothing.
 *
 *   STATE/calls       a line for each call: its name, its numbers, and each vector as LENGTH:HEX
 *   STATE/jails/N     name, path, and the processes that have entered
 *   STATE/moved       a link to the place where the path of the next jail leads
 *   STATE/fail        "CALL ERRNO MESSAGE": the next such call fails in this way
 *   STATE/sysctl/NAME the value's bytes
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

typedef unsigned int u_int;

/* FreeBSD's numbers, sys/errno.h. */
enum { B_ENOENT = 2, B_ESRCH = 3, B_EEXIST = 17, B_EINVAL = 22, B_ENAMETOOLONG = 63 };
/* sys/jail.h */
enum { JAIL_CREATE = 0x01, JAIL_UPDATE = 0x02, JAIL_ATTACH = 0x04, SET_MASK = 0xff, GET_MASK = 0xf8 };
enum { LINE = 65536, PATH = 4096 };

static void state(char *path, const char *format, ...) {
    va_list rest;
    int used = snprintf(path, PATH, "%s/", STATE);
    va_start(rest, format);
    vsnprintf(path + used, PATH - used, format, rest);
    va_end(rest);
}

static void append(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, text, strlen(text)) < 0) abort();
    close(file);
}

static char *add(char *at, const void *bytes, size_t length) {
    at += sprintf(at, " %zu:", length);
    for (size_t i = 0; i < length; i++) at += sprintf(at, "%02x", ((const unsigned char *)bytes)[i]);
    return at;
}

static void record(const char *line) {
    char path[PATH];
    state(path, "calls");
    append(path, line);
    append(path, "\n");
}

static int refuse(int number) {
    errno = number;
    return -1;
}

/* Returns the value of this name, or NULL. The last one, errmsg, is writable. */
static struct iovec *find(struct iovec *vectors, u_int count, const char *name) {
    for (u_int i = 0; i + 1 < count; i += 2)
        if (vectors[i].iov_len == strlen(name) + 1 && !memcmp(vectors[i].iov_base, name, strlen(name) + 1)) return &vectors[i + 1];
    return NULL;
}

static void say(struct iovec *vectors, u_int count, const char *message) {
    struct iovec *room = find(vectors, count, "errmsg");
    if (room) snprintf(room->iov_base, room->iov_len, "%s", message);
}

/* Returns whether the test wants this call to fail; if so, sets errno. */
static int told_to_fail(const char *call, struct iovec *vectors, u_int count) {
    char path[PATH], name[64], message[256] = "";
    int number = 0;
    state(path, "fail");
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    int read = fscanf(file, "%63s %d %255[^\n]", name, &number, message);
    fclose(file);
    if (read < 2 || strcmp(name, call)) return 0;
    unlink(path);
    if (vectors) say(vectors, count, message);
    errno = number;
    return 1;
}

static void record_vectors(const char *call, struct iovec *vectors, u_int count, int flags) {
    static _Thread_local char line[LINE];
    char *at = line + sprintf(line, "%s %u %d", call, count, flags);
    for (u_int i = 0; i < count; i++) at = add(at, vectors[i].iov_base, vectors[i].iov_len);
    record(line);
}

static void put(int jail, const char *file, const void *bytes, size_t length) {
    char path[PATH];
    state(path, "jails/%d/%s", jail, file);
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0 || write(out, bytes, length) != (ssize_t)length) abort();
    close(out);
}

static ssize_t take(int jail, const char *file, char *bytes, size_t length) {
    char path[PATH];
    state(path, "jails/%d/%s", jail, file);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0) return -1;
    ssize_t got = read(in, bytes, length);
    close(in);
    return got;
}

static int after(int last) {
    char path[PATH];
    int next = 0;
    state(path, "jails");
    DIR *directory = opendir(path);
    if (!directory) abort();
    for (struct dirent *entry; (entry = readdir(directory));) {
        int number = atoi(entry->d_name);
        if (number > last && (!next || number < next)) next = number;
    }
    closedir(directory);
    return next;
}

static int named(const char *name) {
    char known[PATH];
    for (int jail = after(0); jail; jail = after(jail))
        if (take(jail, "name", known, sizeof known) > 0 && !strcmp(known, name)) return jail;
    return 0;
}

int jail_set(struct iovec *vectors, u_int count, int flags) {
    record_vectors("jail_set", vectors, count, flags);
    if (told_to_fail("jail_set", vectors, count)) return -1;
    if (count & 1 || flags & ~SET_MASK || !(flags & (JAIL_CREATE | JAIL_UPDATE))) return refuse(B_EINVAL);
    struct iovec *name = find(vectors, count, "name"), *path = find(vectors, count, "path");
    if (!find(vectors, count, "persist") && !(flags & JAIL_ATTACH)) {
        say(vectors, count, "new jail must persist or attach");
        return refuse(B_EINVAL);
    }
    if (!name || !path || ((char *)name->iov_base)[name->iov_len - 1] || ((char *)path->iov_base)[path->iov_len - 1]) return refuse(B_EINVAL);
    if (name->iov_len > 256) return refuse(B_ENAMETOOLONG);
    if (named(name->iov_base)) {
        char message[512];
        snprintf(message, sizeof message, "jail \"%s\" already exists", (char *)name->iov_base);
        say(vectors, count, message);
        return refuse(B_EEXIST);
    }
    char directory[PATH];
    int jail = 1;
    do state(directory, "jails/%d", jail);
    while (mkdir(directory, 0700) < 0 && errno == EEXIST && ++jail);
    state(directory, "moved");
    char moved[PATH];
    ssize_t length = readlink(directory, moved, sizeof moved - 1);
    if (length > 0) {
        moved[length] = 0;
        put(jail, "path", moved, length + 1);
    } else put(jail, "path", path->iov_base, path->iov_len);
    put(jail, "name", name->iov_base, name->iov_len);
    return jail;
}

int jail_get(struct iovec *vectors, u_int count, int flags) {
    record_vectors("jail_get", vectors, count, flags);
    if (told_to_fail("jail_get", vectors, count)) return -1;
    if (count & 1 || flags & ~GET_MASK) return refuse(B_EINVAL);
    struct iovec *last = find(vectors, count, "lastjid"), *number = find(vectors, count, "jid"), *key = find(vectors, count, "name");
    char path[PATH], bytes[PATH];
    int jail;
    if (last) jail = after(*(int *)last->iov_base);
    else if (number) jail = *(int *)number->iov_base;
    else jail = key ? named(key->iov_base) : 0;
    state(path, "jails/%d", jail);
    if (!jail || access(path, F_OK)) {
        say(vectors, count, "no such jail");
        return refuse(B_ENOENT);
    }
    for (u_int i = 0; i < count; i += 2) {
        const char *name = vectors[i].iov_base;
        if (strcmp(name, "name") && strcmp(name, "path")) continue;
        if (&vectors[i + 1] == key && !last && !number) continue;
        ssize_t length = take(jail, name, bytes, sizeof bytes);
        if (length < 0 || (size_t)length > vectors[i + 1].iov_len) return refuse(B_EINVAL);
        memcpy(vectors[i + 1].iov_base, bytes, length);
        vectors[i + 1].iov_len = length;
    }
    return jail;
}

static int removed(int jail) {
    char line[64], path[PATH], processes[PATH] = "";
    snprintf(line, sizeof line, "jail_remove %d", jail);
    record(line);
    if (told_to_fail("jail_remove", NULL, 0)) return -1;
    if (take(jail, "name", path, sizeof path) < 0) return refuse(B_EINVAL);
    ssize_t length = take(jail, "processes", processes, sizeof processes - 1);
    processes[length < 0 ? 0 : length] = 0;
    for (char *word = strtok(processes, "\n"); word; word = strtok(NULL, "\n")) {
        /* The process has its own session by then, so its children are in its group. */
        kill(-atoi(word), SIGKILL);
        kill(atoi(word), SIGKILL);
    }
    const char *files[] = {"name", "path", "processes"};
    for (int i = 0; i < 3; i++) {
        state(path, "jails/%d/%s", jail, files[i]);
        unlink(path);
    }
    state(path, "jails/%d", jail);
    return rmdir(path);
}

/* As in the kernel, if two callers remove a jail, one of them fails. */
int jail_remove(int jail) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    int result = removed(jail), number = errno;
    pthread_mutex_unlock(&lock);
    errno = number;
    return result;
}

int jail_attach(int jail) {
    char line[64], path[PATH];
    snprintf(line, sizeof line, "jail_attach %d", jail);
    record(line);
    if (told_to_fail("jail_attach", NULL, 0)) return -1;
    state(path, "jails/%d", jail);
    if (access(path, F_OK)) return refuse(B_EINVAL);
    state(path, "jails/%d/processes", jail);
    snprintf(line, sizeof line, "%d\n", (int)getpid());
    append(path, line);
    return 0;
}

static int rule(const char *call, const char *in, size_t in_length, char *out, size_t out_length) {
    char line[LINE];
    char *at = line + sprintf(line, "%s", call);
    at = add(at, in, in_length);
    sprintf(at, " %d %zu", out != NULL, out_length);
    record(line);
    return told_to_fail(call, NULL, 0) ? -1 : 0;
}

int rctl_add_rule(const char *in, size_t in_length, char *out, size_t out_length) {
    return rule("rctl_add_rule", in, in_length, out, out_length);
}

int rctl_remove_rule(const char *in, size_t in_length, char *out, size_t out_length) {
    return rule("rctl_remove_rule", in, in_length, out, out_length);
}

int nmount(struct iovec *vectors, u_int count, int flags) {
    record_vectors("nmount", vectors, count, flags);
    return told_to_fail("nmount", vectors, count) ? -1 : 0;
}

int unmount(const char *directory, int flags) {
    char line[LINE];
    snprintf(line, sizeof line, "unmount %s %d", directory, flags);
    record(line);
    return told_to_fail("unmount", NULL, 0) ? -1 : 0;
}

int sysctlbyname(const char *name, void *value, size_t *length, const void *new_value, size_t new_length) {
    char path[PATH];
    if (new_value || new_length) return refuse(B_EINVAL);
    state(path, "sysctl/%s", name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return refuse(B_ENOENT);
    struct stat status;
    fstat(file, &status);
    if (value && read(file, value, *length) < 0) abort();
    *length = status.st_size;
    close(file);
    return 0;
}

/* FreeBSD counts SIG_BLOCK from 1. */
int sigprocmask(int how, const sigset_t *set, sigset_t *old) {
    return pthread_sigmask(how - 1 + SIG_BLOCK, set, old);
}
