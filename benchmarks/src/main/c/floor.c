// Measures the minimum cost of a jail on this kernel, and times other programs. Reads one command per line, answers each with one line:
//   floor FLAGS   clone3 with all namespaces except net, id maps, mounts, pivot_root, filter, exec of /bin/true, reaping; n in FLAGS adds a
//                 network namespace, v a veth pair into it; answers the nanoseconds until exec and until reaped
//   idle FLAGS    the same with /bin/pause, left running; answers its process id
//   run ARGV...   vfork, exec, wait; answers the nanoseconds until reaped twice
//   end PID       kills and reaps an idle process; answers 0 0
// Arguments: root directory, file with the filter as struct sock_filter[], the program's own cgroup v2 directory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *root;
static int cgroup;
static struct sock_filter instructions[4096];
static struct sock_fprog filter = {.filter = instructions};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void must(long result, const char *what) {
    if (result < 0) {
        fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
        _exit(99);
    }
}

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    must(file, path);
    must(write(file, text, strlen(text)), path);
    close(file);
}

static void map_ids(pid_t child) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/uid_map", child);
    write_file(path, "0 1600000000 65536");
    snprintf(path, sizeof path, "/proc/%d/gid_map", child);
    write_file(path, "0 1600000000 65536");
}

static struct nlattr *attribute(struct nlmsghdr *message, int type, const void *value, int length) {
    struct nlattr *made = (void *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));
    made->nla_type = type;
    made->nla_len = NLA_HDRLEN + length;
    if (length) {
        memcpy((char *)made + NLA_HDRLEN, value, length);
    }
    message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + NLA_ALIGN(made->nla_len);
    return made;
}

static void close_nest(struct nlmsghdr *message, struct nlattr *nest) {
    nest->nla_len = (char *)message + message->nlmsg_len - (char *)nest;
}

// Creates a pair of links. The peer is created in the child's network namespace, where it could only be brought up from inside.
static void connect_by_veth(pid_t child) {
    static int netlink = -1;
    if (netlink < 0) {
        must(netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "netlink");
    }
    char buffer[1024] = {0};
    struct nlmsghdr *message = (void *)buffer;
    message->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg));
    message->nlmsg_type = RTM_NEWLINK;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
    struct ifinfomsg *link = NLMSG_DATA(message);
    link->ifi_flags = link->ifi_change = IFF_UP;
    char name[16];
    snprintf(name, sizeof name, "fl%d", child);
    attribute(message, IFLA_IFNAME, name, strlen(name) + 1);
    struct nlattr *information = attribute(message, IFLA_LINKINFO, 0, 0);
    attribute(message, IFLA_INFO_KIND, "veth", 4);
    struct nlattr *data = attribute(message, IFLA_INFO_DATA, 0, 0);
    struct ifinfomsg peer_link = {0};
    struct nlattr *peer = attribute(message, VETH_INFO_PEER, &peer_link, sizeof peer_link);
    attribute(message, IFLA_IFNAME, "eth0", 5);
    attribute(message, IFLA_NET_NS_PID, &child, sizeof child);
    close_nest(message, peer);
    close_nest(message, data);
    close_nest(message, information);
    must(send(netlink, buffer, message->nlmsg_len, 0), "netlink send");
    must(recv(netlink, buffer, sizeof buffer, 0), "netlink answer");
    struct nlmsgerr *answer = NLMSG_DATA((struct nlmsghdr *)buffer);
    errno = -answer->error;
    must(answer->error, "veth");
}

static void become_jail(int go, const char *program) {
    char byte;
    must(read(go, &byte, 1) - 1, "the parent is gone");
    must(syscall(SYS_setresgid, 0, 0, 0), "setresgid");
    must(syscall(SYS_setresuid, 0, 0, 0), "setresuid");
    must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "private");
    must(mount(root, root, 0, MS_BIND, 0), "bind");
    must(chdir(root), "chdir");
    must(sethostname("floor", 5), "hostname");
    must(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755"), "dev");
    must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0), "proc");
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter), "seccomp");
    char *arguments[] = {(char *)program, 0}, *environment[] = {0};
    execve(program, arguments, environment);
    must(-1, program);
}

static pid_t begin(const char *flags, const char *program, int64_t *executed) {
    int go[2], done[2], descriptor;
    must(pipe2(go, O_CLOEXEC), "pipe");
    must(pipe2(done, O_CLOEXEC), "pipe");
    struct clone_args arguments = {
        .flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_PIDFD
            | CLONE_INTO_CGROUP | (strchr(flags, 'n') ? CLONE_NEWNET : 0),
        .pidfd = (uintptr_t)&descriptor,
        .exit_signal = SIGCHLD,
        .cgroup = cgroup,
    };
    pid_t child = syscall(SYS_clone3, &arguments, sizeof arguments);
    must(child, "clone3");
    if (child == 0) {
        close(go[1]);
        become_jail(go[0], program);
    }
    close(done[1]);
    map_ids(child);
    if (strchr(flags, 'v')) {
        connect_by_veth(child);
    }
    must(write(go[1], "", 1), "go");
    char byte;
    must(read(done[0], &byte, 1), "exec");
    *executed = now();
    close(done[0]);
    close(go[0]);
    close(go[1]);
    close(descriptor);
    return child;
}

static int64_t reap(pid_t child) {
    int status;
    must(waitpid(child, &status, 0), "wait");
    if (status != 0 && status != SIGKILL) {
        errno = EPROTO;
        must(-1, "a child failed");
    }
    return now();
}

static int run(char *line) {
    char *arguments[64], *next = line;
    int count = 0;
    for (char *word; count < 63 && (word = strsep(&next, " "));) {
        arguments[count++] = word;
    }
    arguments[count] = 0;
    pid_t child = vfork();
    must(child, "vfork");
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, 0);
        dup2(nothing, 1);
        dup2(nothing, 2);
        execvp(arguments[0], arguments);
        _exit(127);
    }
    int status;
    must(waitpid(child, &status, 0), "wait");
    return status;
}

int main(int count, char **arguments) {
    if (count != 4) {
        return 2;
    }
    root = arguments[1];
    int file = open(arguments[2], O_RDONLY | O_CLOEXEC);
    must(file, arguments[2]);
    filter.len = read(file, instructions, sizeof instructions) / sizeof *instructions;
    close(file);
    must(cgroup = open(arguments[3], O_DIRECTORY | O_CLOEXEC), arguments[3]);
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        int64_t began = now(), executed;
        if (!strncmp(line, "floor ", 6)) {
            pid_t child = begin(line + 6, "/bin/true", &executed);
            int64_t ended = reap(child);
            printf("%lld %lld\n", (long long)(executed - began), (long long)(ended - began));
        } else if (!strncmp(line, "idle ", 5)) {
            printf("%d 0\n", begin(line + 5, "/bin/pause", &executed));
        } else if (!strncmp(line, "end ", 4)) {
            kill(atoi(line + 4), SIGKILL);
            reap(atoi(line + 4));
            printf("0 0\n");
        } else if (!strncmp(line, "run ", 4)) {
            int status = run(line + 4);
            long long took = now() - began;
            if (status) {
                printf("failed %d\n", status);
            } else {
                printf("%lld %lld\n", took, took);
            }
        } else {
            printf("failed 0\n");
        }
        fflush(stdout);
    }
    return 0;
}
