/* Both ends of the connections that ./bench network measures: serve PORT; flow ADDRESS PORT SECONDS to|from; connect ADDRESS PORT SECONDS. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 128 << 10 };

static char data[PIECE];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Sends to who asks with 's', takes from who begins with 't', and leaves others at once. A process for each flow. */
static int serve(int port) {
    int one = 1, zero = 0, listening = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listening, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(listening, (struct sockaddr *)&any, sizeof any) < 0 || listen(listening, 1024) < 0) die("listen");
    signal(SIGCHLD, SIG_IGN);
    puts("ready");
    fflush(stdout);
    for (;;) {
        char how = 0;
        int peer = accept(listening, NULL, NULL);
        if (peer < 0) continue;
        if (recv(peer, &how, 1, 0) == 1 && fork() == 0) {
            if (how == 's') {
                while (send(peer, data, sizeof data, MSG_NOSIGNAL) > 0) {}
            } else {
                while (recv(peer, data, sizeof data, 0) > 0) {}
            }
            _exit(0);
        }
        close(peer);
    }
}

static int connected(const char *address, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int number = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) die(address);
    if (connect(number, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    return number;
}

/* Prints bits a second. What is taken counts where it arrives; what is sent is at most a buffer more. */
static int flow(const char *address, int port, double seconds, int to) {
    int number = connected(address, port);
    double bytes = 0, began = now(), end = began + seconds;
    if (send(number, to ? "t" : "s", 1, 0) != 1) die("send");
    while (now() < end) {
        ssize_t count = to ? send(number, data, sizeof data, 0) : recv(number, data, sizeof data, 0);
        if (count <= 0) die("flow");
        bytes += (double)count;
    }
    printf("%.0f\n", bytes * 8 / (now() - began));
    return 0;
}

/* Prints connections a second, one after another. Each ends by a reset, so that its port is free again at once. */
static int connections(const char *address, int port, double seconds) {
    struct linger reset = {1, 0};
    double began = now(), end = began + seconds;
    long count = 0;
    for (; now() < end; count++) {
        int number = connected(address, port);
        setsockopt(number, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(number);
    }
    printf("%.0f\n", (double)count / (now() - began));
    return 0;
}

int main(int count, char **arguments) {
    if (count == 3 && !strcmp(arguments[1], "serve")) return serve(atoi(arguments[2]));
    if (count == 6 && !strcmp(arguments[1], "flow"))
        return flow(arguments[2], atoi(arguments[3]), atof(arguments[4]), !strcmp(arguments[5], "to"));
    if (count == 5 && !strcmp(arguments[1], "connect"))
        return connections(arguments[2], atoi(arguments[3]), atof(arguments[4]));
    fprintf(stderr, "see the first line of network.c\n");
    return 2;
}
