/*
 * calls cost none|allow: prints the cost of getpid and read in nanoseconds, without its own filter or under one that allows all
 * calls flood RATE SECONDS NUMBER: makes one call RATE times a second, evenly spread over milliseconds
 * calls serve PORT: echoes each byte, for one client after another
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 200, CALLS = 1000, BURST = 100 };

static long nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static int ascending(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* Measures getpid if there is no descriptor, otherwise a read of 0 bytes. */
static void measure(const char *name, int descriptor) {
    static double each[ROUNDS];
    char byte;
    for (int round = 0; round < ROUNDS; round++) {
        long start = nanos();
        if (descriptor < 0)
            for (int i = 0; i < CALLS; i++) syscall(SYS_getpid);
        else
            for (int i = 0; i < CALLS; i++) syscall(SYS_read, descriptor, &byte, 0);
        each[round] = (double)(nanos() - start) / CALLS;
    }
    qsort(each, ROUNDS, sizeof *each, ascending);
    printf("%s fastest %.2f median %.2f\n", name, each[0], each[ROUNDS / 2]);
}

static int cost(const char *filter) {
    if (strcmp(filter, "allow") == 0) {
        struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
        struct sock_fprog program = {1, allow};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) return 1;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    int ends[2];
    if (pipe(ends)) return 1;
    for (long start = nanos(); nanos() - start < 10000000;) syscall(SYS_getpid); /* until the processor runs at full speed */
    measure("getpid", -1);
    measure("read", ends[0]);
    return 0;
}

static int flood(long rate, long seconds, long number) {
    long made = 0;
    puts("begin");
    fflush(stdout);
    long start = nanos(), now;
    while ((now = nanos()) - start < seconds * 1000000000L) {
        long due = rate * ((now - start) / 1000000) / 1000;
        if (made >= due) {
            nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
            continue;
        }
        for (int i = 0; i < BURST; i++) syscall(number, 0, 0, 0);
        made += BURST;
    }
    printf("made %ld in %ld ms\n", made, (nanos() - start) / 1000000);
    return 0;
}

static int serve(int port) {
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), at_once = 1, client;
    if (bind(listener, (struct sockaddr *)&any, sizeof any) || listen(listener, 50)) {
        perror("serve");
        return 1;
    }
    puts("listening");
    fflush(stdout);
    while ((client = accept(listener, NULL, NULL)) >= 0) {
        char byte;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        while (read(client, &byte, 1) == 1 && write(client, &byte, 1) == 1) continue;
        close(client);
    }
    return 0;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "cost") == 0) return cost(words[2]);
    if (count == 5 && strcmp(words[1], "flood") == 0) return flood(atol(words[2]), atol(words[3]), atol(words[4]));
    if (count == 3 && strcmp(words[1], "serve") == 0) return serve(atoi(words[2]));
    return 2;
}
