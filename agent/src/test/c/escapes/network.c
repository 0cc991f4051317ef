/* Attempts to impersonate others on the network, or to reach services that are not on it. */
#include "probe.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { IPV6_FREEBIND_ = 78 };

static void abstract_socket(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path + 1, fact("abstract"), sizeof address.sun_path - 2);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(fact("abstract")));
    judge(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, length), "talks to a process of the host");
}

static void host_loopback(void) {
    struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_port = htons(atoi(fact("tcp"))), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    judge(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address), "a service of the host's loopback");
}

static struct sockaddr_in v4(const char *address, int port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, address, &result.sin_addr);
    return result;
}

static struct sockaddr_in6 v6(const char *address, int port) {
    struct sockaddr_in6 result = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    inet_pton(AF_INET6, address, &result.sin6_addr);
    return result;
}

static void reach(const struct sockaddr *to, socklen_t length, const char *what) {
    int error = 0, number = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    socklen_t size = sizeof error;
    if (connect(number, to, length) == 0) done(what);
    if (errno != EINPROGRESS) judge(-1, "");
    if (poll(&(struct pollfd){number, POLLOUT, 0}, 1, 2000) == 0) stopped("no answer");
    getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    judge(error ? -1 : 0, what);
}

static void reach_v4(const char *address, const char *port, const char *what) {
    struct sockaddr_in to = v4(address, atoi(port));
    reach((struct sockaddr *)&to, sizeof to, what);
}

static void reach_v6(const char *address, const char *port, const char *what) {
    struct sockaddr_in6 to = v6(address, atoi(port));
    reach((struct sockaddr *)&to, sizeof to, what);
}

static void host_by_gateway(void) { reach_v4(is_outside ? "127.0.0.1" : "169.254.1.1", fact("any"), "a service of the host"); }
static void host_by_address(void) { reach_v4(fact("host4"), fact("any"), "a service of the host"); }
static void host_by_address_v6(void) { reach_v6(fact("to6"), fact("any"), "a service of the host"); }
static void neighbour(void) { reach_v4(fact("neighbour4"), fact("neighbours-port"), "a service of another customer's jail"); }
static void neighbour_v6(void) { reach_v6(fact("neighbour6"), fact("neighbours-port"), "a service of another customer's jail"); }

static void packet_socket(void) { judge(socket(AF_PACKET, SOCK_RAW, 0), "sends and reads frames"); }
static void raw_socket(void) { judge(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), "sends packets of its own making"); }
static void raw_socket_v6(void) { judge(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), "sends packets of its own making"); }
static void frame_ring(void) { judge(socket(44, SOCK_RAW, 0), "sends frames past the kernel"); }

static void take_address(void) {
    use_disposable(CLONE_NEWNET);
    struct ifreq request = {0};
    struct sockaddr_in wanted = v4(fact("spoofed4"), 0);
    strcpy(request.ifr_name, is_outside ? "lo" : "eth0");
    memcpy(&request.ifr_addr, &wanted, sizeof wanted);
    judge(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFADDR, &request), "has a neighbour's address");
}

static void link_down(void) {
    use_disposable(CLONE_NEWNET);
    struct ifreq request = {0};
    strcpy(request.ifr_name, is_outside ? "lo" : "eth0");
    request.ifr_flags = is_outside ? IFF_UP : IFF_UP | IFF_PROMISC;
    judge(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request), "governs the link");
}

static void bind_address(void) {
    struct sockaddr_in address = v4(is_outside ? "127.0.0.1" : fact("spoofed4"), 0);
    judge(bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&address, sizeof address), "bound a neighbour's address");
}

static void transparent(void) {
    int one = 1;
    judge(setsockopt(socket(AF_INET, SOCK_DGRAM, 0), IPPROTO_IP, IP_TRANSPARENT, &one, sizeof one),
          "may send from any address");
}

/* Outside: uses only its own loopback, where only the address identifies the sender. */
static void loopback_up(void) {
    use_disposable(CLONE_NEWNET);
    struct ifreq request = {.ifr_flags = IFF_UP};
    strcpy(request.ifr_name, "lo");
    if (ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request) < 0) judge(-1, "");
}

/* Sends with a neighbour's address: inside to the host, where the test listens; outside to itself. */
static void spoof(struct sockaddr *from, struct sockaddr *to, socklen_t length, int level, int option, const char *message) {
    /* Without the privilege for IP_TRANSPARENT, the other option must let the socket bind a foreign address. */
    int one = 1, sender = socket(from->sa_family, SOCK_DGRAM, 0), receiver = socket(from->sa_family, SOCK_DGRAM, 0);
    if (is_outside && bind(receiver, to, length) < 0) judge(-1, "");
    setsockopt(sender, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof one);
    setsockopt(sender, level, option, &one, sizeof one);
    if (bind(sender, from, length) < 0) judge(-1, "");
    if (sendto(sender, message, strlen(message), 0, to, length) < 0) judge(-1, "");
    if (is_outside) judge(recv(receiver, &(char){0}, 1, MSG_DONTWAIT), "heard as another");
    stopped("sent, and dropped at the host's end of the link");
}

static void spoof_v4(void) {
    if (is_outside) loopback_up();
    struct sockaddr_in from = v4(fact("spoofed4"), 0), to = v4(is_outside ? "127.0.0.1" : fact("to4"), atoi(fact("udp")));
    spoof((struct sockaddr *)&from, (struct sockaddr *)&to, sizeof to, IPPROTO_IP, IP_FREEBIND, "spoof-v4");
}

static void spoof_v6(void) {
    if (is_outside) loopback_up();
    struct sockaddr_in6 from = v6(fact("spoofed6"), 0), to = v6(is_outside ? "::1" : fact("to6"), atoi(fact("udp")));
    to.sin6_scope_id = is_outside ? 0 : if_nametoindex("eth0");
    spoof((struct sockaddr *)&from, (struct sockaddr *)&to, sizeof to, IPPROTO_IPV6, IPV6_FREEBIND_, "spoof-v6");
}

/* Not an attempt: shows that packets from its own address arrive, if they answer the host. */
static void honest(void) {
    int one = 1, sender = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 own = v6(fact("own6"), atoi(fact("udp"))), host;
    socklen_t length = sizeof host;
    setsockopt(sender, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(sender, (struct sockaddr *)&own, sizeof own) < 0) judge(-1, "");
    if (poll(&(struct pollfd){sender, POLLIN, 0}, 1, 4000) == 0) stopped("the host has not asked");
    if (recvfrom(sender, &(char){0}, 1, 0, (struct sockaddr *)&host, &length) < 0) judge(-1, "");
    if (sendto(sender, "honest-v6", 9, 0, (struct sockaddr *)&host, length) < 0) judge(-1, "");
    stopped("arrives");
}

const struct attempt network_attempts[] = {{"abstract-socket", abstract_socket},
                                           {"host-loopback", host_loopback},
                                           {"host-by-gateway", host_by_gateway},
                                           {"host-by-address", host_by_address},
                                           {"host-by-address-v6", host_by_address_v6},
                                           {"neighbour", neighbour},
                                           {"neighbour-v6", neighbour_v6},
                                           {"packet-socket", packet_socket},
                                           {"raw-socket", raw_socket},
                                           {"raw-socket-v6", raw_socket_v6},
                                           {"frame-ring", frame_ring},
                                           {"take-address", take_address},
                                           {"govern-link", link_down},
                                           {"bind-address", bind_address},
                                           {"transparent", transparent},
                                           {"spoof-v4", spoof_v4},
                                           {"spoof-v6", spoof_v6},
                                           {"honest-v6", honest},
                                           {NULL, NULL}};
