/*
 * Makes the system calls of a plan, each in its own process, and prints the kernel's answers.
 *
 *     probe PLAN DIRECTORY STRANGER
 *     probe wait
 *
 * With "wait" it only waits, as the first process of a jail which the probes enter.
 *
 * A line of the plan is: index, way, number, arguments. The line printed for it is: index, answer. An answer is "ok", the
 * number of an errno, "ended" if the call ended the process, "signal" and its number, or "hangs".
 *
 * An argument is a number; 'text'; d(...) or q(...), the address of 32- or 64-bit words that are arguments themselves; or
 * one of the objects below, created on use. An object that cannot be created is -1, and the call then fails accordingly.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Long, because no call should hang, and sync may have to wait for other programs' data. */
enum { ARGUMENTS = 6, PAGE = 4096, ARENA = 64 * 1024, PATIENCE_SECONDS = 30, MIN_ERROR = -4095 };

/* Shared with the process that makes the call, which may not survive it. */
struct report {
    volatile int done;
    volatile long answer;
};

static struct report *report;
static long stranger;
static char arena[ARENA] __attribute__((aligned(16)));
static size_t used;

static void *room(size_t bytes) {
    void *start = arena + used;
    used += (bytes + 15) & ~(size_t)15;
    if (used > ARENA) abort();
    return start;
}

/* Objects. */

static long reading_end(void) {
    int ends[2];
    return pipe(ends) == 0 && write(ends[1], "content", 7) == 7 ? ends[0] : -1;
}

static long writing_end(void) {
    int ends[2];
    return pipe(ends) == 0 ? ends[1] : -1;
}

/* One end of a pair, with data to receive. */
static long stream(void) {
    int ends[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && write(ends[1], "content", 7) == 7 ? ends[0] : -1;
}

static long on_loopback(int type) {
    int made = socket(AF_INET, type, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return bind(made, (struct sockaddr *)&any, sizeof any) == 0 ? made : -1;
}

/* Has a connection waiting to be accepted. */
static long listener(void) {
    int server = (int)on_loopback(SOCK_STREAM);
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    if (listen(server, 1) != 0 || getsockname(server, (struct sockaddr *)&own, &length) != 0) return -1;
    return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&own, length) == 0 ? server : -1;
}

static long unbound(void) {
    return socket(AF_INET, SOCK_DGRAM, 0);
}

static long datagrams(void) {
    return on_loopback(SOCK_DGRAM);
}

static long file(void) {
    return open("file", O_RDWR);
}

static long other(void) {
    return open("other", O_RDWR | O_CREAT, 0600);
}

static long directory(void) {
    return open(".", O_RDONLY | O_DIRECTORY);
}

static long null_device(void) {
    return open("/dev/null", O_RDWR);
}

static long epoll(void) {
    return epoll_create1(0);
}

/* Watches an event that has happened. */
static long busy_epoll(void) {
    int made = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(made, EPOLL_CTL_ADD, eventfd(1, 0), &event) == 0 ? made : -1;
}

static long event(void) {
    return eventfd(1, 0);
}

static long timer(void) {
    return timerfd_create(CLOCK_MONOTONIC, 0);
}

/* Has watch 1, on the directory. */
static long inotify(void) {
    int made = inotify_init1(0);
    return inotify_add_watch(made, ".", IN_CREATE) == 1 ? made : -1;
}

static long posix_timer(void) {
    int made = -1;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    return syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, &made) == 0 ? made : -1;
}

static long aio(void) {
    unsigned long context = 0;
    return syscall(SYS_io_setup, 4, &context) == 0 ? (long)context : -1;
}

static long uts_namespace(void) {
    return open("/proc/self/ns/uts", O_RDONLY);
}

static long process(void) {
    return getpid();
}

static long thread(void) {
    return syscall(SYS_gettid);
}

static long child(void) {
    pid_t made = fork();
    if (made == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
    return made;
}

static long ended_child(void) {
    pid_t made = fork();
    if (made == 0) _exit(0);
    return made;
}

static long process_descriptor(void) {
    return syscall(SYS_pidfd_open, getpid(), 0);
}

static long child_descriptor(void) {
    return syscall(SYS_pidfd_open, child(), 0);
}

static long someone_else(void) {
    return stranger;
}

static long buffer(void) {
    return (long)room(8 * 1024);
}

static long pages(void) {
    void *made = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(made, 0, 4 * PAGE);
    return (long)made;
}

static long file_page(void) {
    return (long)mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file(), 0);
}

static long semaphore(void) {
    return semget(IPC_PRIVATE, 1, 0600);
}

static long segment(void) {
    int made = shmget(IPC_PRIVATE, PAGE, 0600);
    void *at = shmat(made, 0, 0);
    shmctl(made, IPC_RMID, 0); /* removed with the last process that attaches it */
    return at == (void *)-1 ? -1 : made;
}

static long attached(void) {
    return (long)shmat((int)segment(), 0, 0);
}

static long queue(void) {
    struct {
        long type;
        char text[8];
    } message = {1, "content"};
    int made = msgget(IPC_PRIVATE, 0600);
    return msgsnd(made, &message, 8, 0) == 0 ? made : -1;
}

static long message_queue(long flags) {
    static char name[32];
    snprintf(name, sizeof name, "probe-%d", getpid());
    long made = syscall(SYS_mq_open, name, O_RDWR | O_CREAT | flags, 0600, 0);
    syscall(SYS_mq_unlink, name);
    return made;
}

static long empty_mq(void) {
    return message_queue(0);
}

static long full_mq(void) {
    long made = message_queue(0);
    return syscall(SYS_mq_timedsend, made, "content", 7, 0, 0) == 0 ? made : -1;
}

static long landlock_ruleset(void) {
    unsigned long handled[1] = {1};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(444, handled, sizeof handled, 0);
}

static long file_system(void) {
    return syscall(430, "tmpfs", 0);
}

static const struct {
    const char *name;
    long (*make)(void);
} things[] = {
    {"reader", reading_end}, {"writer", writing_end}, {"stream", stream}, {"listener", listener},
    {"datagrams", datagrams}, {"unbound", unbound}, {"file", file}, {"other", other}, {"directory", directory}, {"null", null_device},
    {"epoll", epoll}, {"busyepoll", busy_epoll}, {"event", event}, {"timerfd", timer}, {"inotify", inotify},
    {"timer", posix_timer}, {"aio", aio}, {"uts", uts_namespace}, {"self", process},
    {"thread", thread}, {"child", child}, {"endedchild", ended_child}, {"selffd", process_descriptor},
    {"childfd", child_descriptor}, {"stranger", someone_else},
    {"buffer", buffer}, {"pages", pages}, {"filepage", file_page}, {"semaphore", semaphore}, {"segment", segment},
    {"attached", attached}, {"queue", queue}, {"mq", empty_mq}, {"fullmq", full_mq}, {"ruleset", landlock_ruleset},
    {"filesystem", file_system},
};

/* Arguments. */

static void refuse(const char *what) {
    fprintf(stderr, "probe: cannot read '%s'\n", what);
    _exit(2);
}

static long argument(char **at);

/* Reads words up to the closing parenthesis; returns their address. */
static long words(char **at, size_t size) {
    char *start = room(0);
    long values[64];
    int count = 0;
    while (**at != ')') {
        if (**at == 0 || count == 64) refuse(*at);
        values[count++] = argument(at);
        while (**at == ' ') ++*at;
    }
    ++*at;
    start = room(size * (size_t)count);
    for (int i = 0; i < count; i++) memcpy(start + size * (size_t)i, &values[i], size);
    return (long)start;
}

static long text(char **at) {
    char *end = strchr(*at, '\'');
    if (end == NULL) refuse(*at);
    size_t length = (size_t)(end - *at);
    char *copy = room(length + 1);
    memcpy(copy, *at, length);
    *at = end + 1;
    return (long)copy;
}

static long argument(char **at) {
    while (**at == ' ') ++*at;
    char *start = *at;
    if (*start == '\'') {
        ++*at;
        return text(at);
    }
    if (strncmp(start, "d(", 2) == 0 || strncmp(start, "q(", 2) == 0) {
        *at += 2;
        return words(at, *start == 'd' ? 4 : 8);
    }
    if (*start == '-' || (*start >= '0' && *start <= '9')) {
        return *start == '-' ? strtol(start, at, 0) : (long)strtoul(start, at, 0);
    }
    size_t length = strcspn(start, " )\n");
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        if (strlen(things[i].name) == length && strncmp(things[i].name, start, length) == 0) {
            *at += length;
            return things[i].make();
        }
    }
    refuse(start);
    return 0;
}

/* Ways into the kernel. */

#if defined(__x86_64__)
static inline __attribute__((always_inline)) long enter(long number, const long *a) {
    long result;
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* Enters as a 32-bit program does. The sixth argument would be in the frame pointer; no probe needs it. */
static long enter_as_i386(long number, const long *a) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
                     : "r8", "r9", "r10", "r11", "memory");
    return (int)result;
}
#else
static inline __attribute__((always_inline)) long enter(long number, const long *a) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a[0];
    register long x1 __asm__("x1") = a[1];
    register long x2 __asm__("x2") = a[2];
    register long x3 __asm__("x3") = a[3];
    register long x4 __asm__("x4") = a[4];
    register long x5 __asm__("x5") = a[5];
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

static long enter_as_i386(long number, const long *a) {
    (void)number;
    (void)a;
    return -ENOSYS;
}
#endif

static void notice(int signal) {
    (void)signal;
}

static void interrupt_soon(void) {
    struct itimerval soon = {.it_interval = {.tv_usec = 20000}, .it_value = {.tv_usec = 20000}};
    struct sigaction action = {.sa_handler = notice};
    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &soon, 0);
}

/* Returns from a handler, which is the only harmless way to make this call. */
static long return_from_handler(void) {
    struct sigaction action = {.sa_handler = notice};
    sigaction(SIGUSR1, &action, 0);
    return raise(SIGUSR1);
}

/* Does not return. The code must not assume that the call left this process unchanged. */
static void make_call(const char *way, long number, const long *arguments) {
    static long self;
    const long none[ARGUMENTS] = {0};
    self = getpid();
    if (strcmp(way, "interrupted") == 0) interrupt_soon();
    long answer;
    if (strcmp(way, "handler") == 0) {
        answer = return_from_handler();
    } else if (strcmp(way, "i386") == 0) {
        answer = enter_as_i386(number, arguments);
    } else {
        answer = enter(number, arguments);
        /* A child of fork or vfork reports nothing; it may share this memory. */
        if (answer == 0 && enter(SYS_getpid, none) != self) enter(SYS_exit_group, none);
    }
    report->answer = answer;
    report->done = 1;
    enter(SYS_exit, none);
}

static void furnish(const char *index) {
    if (mkdir(index, 0755) != 0 || chdir(index) != 0) refuse(index);
    int made = open("file", O_RDWR | O_CREAT, 0644);
    if (write(made, "content", 7) != 7) refuse("file");
    close(made);
    if (symlink("file", "link") != 0 || mkdir("empty", 0755) != 0) refuse("link");
}

static void probe(char *line, const sigset_t *watched) {
    char *index = strtok_r(line, " ", &line);
    char *way = strtok_r(NULL, " ", &line);
    char *number = strtok_r(NULL, " \n", &line);
    if (number == NULL) refuse(index);
    sigprocmask(SIG_UNBLOCK, watched, 0);
    furnish(index);
    long arguments[ARGUMENTS] = {0};
    for (int i = 0; i < ARGUMENTS; i++) {
        while (*line == ' ') line++;
        if (*line == 0 || *line == '\n') break;
        arguments[i] = argument(&line);
    }
    make_call(way, strtol(number, 0, 0), arguments);
}

/* Returns 1 once the process has ended, 0 if it has not ended in time. */
static int await_end(pid_t made, const sigset_t *watched, int *status) {
    struct timespec patience = {.tv_sec = PATIENCE_SECONDS};
    while (waitpid(made, status, WNOHANG) == 0) {
        if (sigtimedwait(watched, 0, &patience) < 0 && errno == EAGAIN) return 0;
    }
    return 1;
}

static void print_answer(const char *index, int in_time, int status) {
    if (report->done && report->answer < 0 && report->answer >= MIN_ERROR) {
        printf("%s %ld\n", index, -report->answer);
    } else if (report->done) {
        printf("%s ok\n", index);
    } else if (!in_time) {
        printf("%s hangs\n", index);
    } else if (WIFSIGNALED(status)) {
        printf("%s signal %d\n", index, WTERMSIG(status));
    } else {
        printf("%s ended\n", index);
    }
}

int main(int count, char **values) {
    if (count == 2 && strcmp(values[1], "end") == 0) return 0; /* probes of exec execute this */
    if (count == 2 && strcmp(values[1], "wait") == 0) return pause();
    if (count != 4) refuse("arguments");
    FILE *plan = fopen(values[1], "r");
    if (plan == NULL || chdir(values[2]) != 0) refuse(values[1]);
    setsid(); /* no terminal to lose */
    umask(022);
    stranger = strtol(values[3], 0, 10);
    if (stranger == 0) stranger = child();
    report = mmap(0, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigprocmask(SIG_BLOCK, &watched, 0);
    static char line[4096];
    while (fgets(line, sizeof line, plan) != NULL) {
        char index[16] = {0};
        memcpy(index, line, strcspn(line, " ") % sizeof index);
        report->done = 0;
        fflush(stdout);
        pid_t made = fork();
        if (made == 0) {
            close(fileno(plan)); /* fclose would move the offset that is shared with the parent */
            probe(line, &watched);
        }
        int status = 0;
        int in_time = await_end(made, &watched, &status);
        if (!in_time) {
            kill(made, SIGKILL);
            waitpid(made, &status, 0);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        print_answer(index, in_time, status);
    }
    return 0;
}
