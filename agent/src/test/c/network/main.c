/* Both ends of network connections: answers everybody (serve), or tries to reach others (try) and prints the results. It also claims to be a
   router or a neighbour (claim). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MILLIS = 2000, IPV6_TRANSPARENT_ = 75 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* ---- serve PORT... -------------------------------------------------------------------------------------------------- */

static int bound(int type, int port) {
    int one = 1, zero = 0, number = socket(AF_INET6, type, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(number, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (number < 0 || bind(number, (struct sockaddr *)&any, sizeof any) < 0) die("bind");
    return number;
}

/* Answers from the address that the datagram was sent to, which may not be the host's first address. */
static void answer_datagram(int number) {
    char text[256], control[256];
    struct sockaddr_storage from;
    struct iovec part = {text, sizeof text - 1};
    struct msghdr message = {&from, sizeof from, &part, 1, control, sizeof control, 0};
    ssize_t count = recvmsg(number, &message, 0);
    if (count < 0) return;
    text[count] = 0;
    if (!strncmp(text, "mark", 4)) {
        char name[INET6_ADDRSTRLEN];
        printf("heard %s from %s\n", text, inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&from)->sin6_addr, name, sizeof name));
        fflush(stdout);
    }
    part.iov_len = (size_t)count;
    sendmsg(number, &message, 0);
}

/* Returns what comes, until the other end closes, or for a minute if what closes it is lost on the way. */
static void answer_stream(int number, struct pollfd *listening, int count) {
    char text[256];
    ssize_t length;
    if (fork() == 0) {
        alarm(60);
        for (int i = 0; i < count; i++) close(listening[i].fd);
        while ((length = recv(number, text, sizeof text, 0)) > 0) send(number, text, (size_t)length, MSG_NOSIGNAL);
        _exit(0);
    }
    close(number);
}

static int serve(int count, char **ports) {
    struct pollfd all[16];
    int used = 0, one = 1;
    for (int i = 0; i < count; i++) {
        int stream = bound(SOCK_STREAM, atoi(ports[i])), datagrams = bound(SOCK_DGRAM, atoi(ports[i]));
        setsockopt(datagrams, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof one);
        if (listen(stream, 64) < 0) die("listen");
        all[used++] = (struct pollfd){stream, POLLIN, 0};
        all[used++] = (struct pollfd){datagrams, POLLIN, 0};
    }
    signal(SIGCHLD, SIG_IGN);
    puts("ready");
    fflush(stdout);
    while (poll(all, (nfds_t)used, -1) >= 0) {
        for (int i = 0; i < used; i += 2) {
            if (all[i].revents) answer_stream(accept(all[i].fd, NULL, NULL), all, used);
            if (all[i + 1].revents) answer_datagram(all[i + 1].fd);
        }
    }
    return 0;
}

/* ---- try LABEL=PROTOCOL,ADDRESS,PORT[,SOURCE[#PORT][,TEXT[,VIA]]]... ---------------------------------------------------------------- */

struct end {
    struct sockaddr_storage address;
    socklen_t length;
    int family;
};

static struct end end_of(char *text, const char *port) {
    struct end end = {0};
    char *link = strchr(text, '%');
    if (link) *link++ = 0;
    if (strchr(text, ':')) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&end.address;
        end.family = v6->sin6_family = AF_INET6;
        end.length = sizeof *v6;
        v6->sin6_port = htons(atoi(port));
        v6->sin6_scope_id = link ? if_nametoindex(link) : 0;
        if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1) die(text);
    } else {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&end.address;
        end.family = v4->sin_family = AF_INET;
        end.length = sizeof *v4;
        v4->sin_port = htons(atoi(port));
        if (inet_pton(AF_INET, text, &v4->sin_addr) != 1) die(text);
    }
    return end;
}

static const char *waited(int number, short events) {
    struct pollfd one = {number, events, 0};
    int error = 0;
    socklen_t length = sizeof error;
    if (poll(&one, 1, PATIENCE_MILLIS) == 0) return "silence";
    getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &length);
    return error ? strerrorname_np(error) : "reached";
}

static const char *by_tcp(struct end *to) {
    int number = socket(to->family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(number, (struct sockaddr *)&to->address, to->length) < 0 && errno != EINPROGRESS) return strerrorname_np(errno);
    return waited(number, POLLOUT);
}

/* Routes packets through `via`, which should forward them (RFC 791, loose source route). */
static int lead(int number, const char *via) {
    unsigned char option[8] = {131, 7, 4};
    return inet_pton(AF_INET, via, option + 3) == 1 ? setsockopt(number, IPPROTO_IP, IP_OPTIONS, option, sizeof option) : -1;
}

static const char *by_udp(struct end *to, char *source, const char *text, const char *via) {
    int one = 1, number = socket(to->family, SOCK_DGRAM, 0);
    if (*via && lead(number, via) < 0) return strerrorname_np(errno);
    if (*source) {
        char *port = strchr(source, '#');
        if (port) *port++ = 0;
        struct end from = end_of(source, port ? port : "0");
        setsockopt(number, to->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                   to->family == AF_INET ? IP_TRANSPARENT : IPV6_TRANSPARENT_, &one, sizeof one);
        if (bind(number, (struct sockaddr *)&from.address, from.length) < 0) return strerrorname_np(errno);
    }
    if (connect(number, (struct sockaddr *)&to->address, to->length) < 0 || send(number, text, strlen(text), 0) < 0) return strerrorname_np(errno);
    return waited(number, POLLIN);
}

static unsigned short checksum(const unsigned short *words, int count) {
    unsigned sum = 0;
    while (count--) sum += *words++;
    sum = (sum >> 16) + (sum & 0xffff);
    return (unsigned short)~(sum + (sum >> 16));
}

static long long now_millis(void) {
    struct timeval now;
    gettimeofday(&now, NULL);
    return now.tv_sec * 1000LL + now.tv_usec / 1000;
}

static const char *by_icmp(struct end *to) {
    int is_v4 = to->family == AF_INET, number = socket(to->family, SOCK_RAW, is_v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    struct icmphdr echo = {.type = is_v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST};
    echo.un.echo.id = htons((unsigned short)getpid());
    if (is_v4) echo.checksum = checksum((unsigned short *)&echo, sizeof echo / 2);
    if (number < 0 || connect(number, (struct sockaddr *)&to->address, to->length) < 0) return strerrorname_np(errno);
    if (send(number, &echo, sizeof echo, 0) < 0) return strerrorname_np(errno);
    for (long long end = now_millis() + PATIENCE_MILLIS; now_millis() < end;) {
        struct pollfd one = {number, POLLIN, 0};
        unsigned char packet[2048];
        if (poll(&one, 1, PATIENCE_MILLIS) == 0) return "silence";
        ssize_t count = recv(number, packet, sizeof packet, 0);
        if (count < 0) return strerrorname_np(errno);
        struct icmphdr *answer = (struct icmphdr *)(packet + (is_v4 ? (packet[0] & 15) * 4 : 0));
        int is_reply = answer->type == (is_v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY);
        if (is_reply && answer->un.echo.id == echo.un.echo.id) return "reached";
    }
    return "silence";
}

static const char *outcome(char *target) {
    char *protocol = strsep(&target, ","), *host = strsep(&target, ","), *port = strsep(&target, ",");
    char *source = strsep(&target, ","), *text = strsep(&target, ","), *via = strsep(&target, ",");
    struct end to = end_of(host, strcmp(protocol, "icmp") ? port : "0");
    if (!strcmp(protocol, "tcp")) return by_tcp(&to);
    if (!strcmp(protocol, "udp")) return by_udp(&to, source ? source : "", text ? text : "hello", via ? via : "");
    return by_icmp(&to);
}

static int try(int count, char **targets) {
    for (int i = 0; i < count; i++) {
        if (fork() == 0) {
            char *label = strsep(&targets[i], "=");
            dprintf(1, "%s %s\n", label, outcome(targets[i]));
            _exit(0);
        }
    }
    while (wait(NULL) > 0) continue;
    return 0;
}

/* ---- flood ADDRESS CONNECTIONS ----------------------------------------------------------------------------------------- */

static int flood(char *text, int connections) {
    int sent = 0;
    for (int i = 0; i < connections; i++) {
        char port[16];
        snprintf(port, sizeof port, "%d", 10000 + i);
        struct end to = end_of(text, port);
        int number = socket(to.family, SOCK_DGRAM, 0);
        sent += sendto(number, "x", 1, 0, (struct sockaddr *)&to.address, to.length) == 1;
        close(number);
    }
    printf("sent %d\n", sent);
    return 0;
}

/* ---- hold ADDRESS PORT PROTOCOL ---------------------------------------------------------------------------------------- */

/* A connection, or a flow of datagrams: sends something for each line of input, and prints the result. */
static int hold(char *text, char *port, char *protocol) {
    struct end to = end_of(text, port);
    char line[16], answer[16];
    int number = socket(to.family, strcmp(protocol, "tcp") ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (connect(number, (struct sockaddr *)&to.address, to.length) < 0) die("connect");
    while (fgets(line, sizeof line, stdin)) {
        const char *came = send(number, "hello", 5, MSG_NOSIGNAL) < 0 ? strerrorname_np(errno) : waited(number, POLLIN);
        recv(number, answer, sizeof answer, MSG_DONTWAIT);
        puts(came);
        fflush(stdout);
    }
    return 0;
}

/* ---- claim LINK TO TARGET GATEWAY TO6 TARGET6 GATEWAY6 ------------------------------------------------------------------ */

/* A redirect of what `to` sends to `target` (RFC 792), as one of its routers would send it. */
static ssize_t redirect_v4(char *to, char *target, char *gateway) {
    struct {
        struct icmphdr icmp;
        struct iphdr ip;
        struct icmphdr answer;
    } message = {.icmp = {.type = ICMP_REDIRECT, .code = ICMP_REDIR_HOST},
                 .ip = {.version = 4, .ihl = 5, .tot_len = htons(28), .ttl = 64, .protocol = IPPROTO_ICMP},
                 /* No socket sent that, so the kernel itself believes the redirect or not (icmp_err in icmp.c). */
                 .answer = {.type = ICMP_ECHOREPLY}};
    struct end host = end_of(to, "0");
    inet_pton(AF_INET, gateway, &message.icmp.un.gateway);
    inet_pton(AF_INET, to, &message.ip.saddr);
    inet_pton(AF_INET, target, &message.ip.daddr);
    message.icmp.checksum = checksum((unsigned short *)&message, sizeof message / 2);
    return sendto(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), &message, sizeof message, 0, (struct sockaddr *)&host.address, host.length);
}

/* Sends a message of neighbour discovery (RFC 4861), which is valid only with the highest hop limit. */
static ssize_t discover(const char *link, char *to, void *message, size_t length) {
    int hops = 255, index = (int)if_nametoindex(link), number = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    struct end host = end_of(to, "0");
    ((struct sockaddr_in6 *)&host.address)->sin6_scope_id = (unsigned)index;
    setsockopt(number, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof hops);
    setsockopt(number, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops);
    setsockopt(number, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index);
    return sendto(number, message, length, 0, (struct sockaddr *)&host.address, host.length);
}

static int claim(char **names) {
    char everybody[] = "ff02::1";
    struct nd_router_advert router = {.nd_ra_hdr = {.icmp6_type = ND_ROUTER_ADVERT}};
    router.nd_ra_router_lifetime = htons(1800);
    struct {
        struct nd_neighbor_advert advert;
        unsigned char option[8];
    } neighbour = {.advert = {.nd_na_hdr = {.icmp6_type = ND_NEIGHBOR_ADVERT}}, .option = {ND_OPT_TARGET_LINKADDR, 1, 2, 0, 0, 0, 0, 9}};
    neighbour.advert.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
    inet_pton(AF_INET6, names[5], &neighbour.advert.nd_na_target);
    struct nd_redirect redirect = {.nd_rd_hdr = {.icmp6_type = ND_REDIRECT}};
    inet_pton(AF_INET6, names[5], &redirect.nd_rd_dst);
    inet_pton(AF_INET6, names[6], &redirect.nd_rd_target);
    printf("redirect-v4 %zd\n", redirect_v4(names[1], names[2], names[3]));
    printf("redirect-v6 %zd\n", discover(names[0], names[4], &redirect, sizeof redirect));
    printf("router %zd\n", discover(names[0], everybody, &router, sizeof router));
    printf("neighbour %zd\n", discover(names[0], everybody, &neighbour, sizeof neighbour));
    return 0;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    if (!strcmp(arguments[1], "claim") && count == 9) return claim(arguments + 2);
    if (!strcmp(arguments[1], "hold")) return hold(arguments[2], arguments[3], arguments[4]);
    if (!strcmp(arguments[1], "flood")) return flood(arguments[2], atoi(arguments[3]));
    return !strcmp(arguments[1], "serve") ? serve(count - 2, arguments + 2) : try(count - 2, arguments + 2);
}
