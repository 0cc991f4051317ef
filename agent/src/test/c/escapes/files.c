/* Attempts to reach files of the host, or to change files that the jail must not change. */
#include "probe.h"
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOUNT_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };

static void directory_for(char *buffer) {
    if (!*room) stopped("no directory to try it in");
    strcpy(buffer, room);
}

static void file_handle(void) {
    struct {
        struct file_handle handle;
        unsigned char bytes[128];
    } root = {.handle.handle_bytes = 128};
    int mount_id, above = open("/", O_RDONLY | O_DIRECTORY);
    /* An overlay fails with EOPNOTSUPP here; the handle is then a guess, as in the original technique. */
    if (name_to_handle_at(AT_FDCWD, is_outside ? "/etc" : "/", &root.handle, &mount_id, 0) < 0) root.handle.handle_type = 1;
    judge(open_by_handle_at(above, &root.handle, O_RDONLY), "opened an inode by its number");
}

static int same(const struct stat *a, const struct stat *b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

static void double_chroot(void) {
    char confined[64], below[] = "below";
    struct stat before, after;
    if (is_outside) {
        directory_for(confined);
        if (chroot(confined) < 0 || chdir("/") < 0) stopped("no root to leave");
    } else if (chdir("/tmp") < 0) {
        stopped("no /tmp");
    }
    int kept = open("/", O_RDONLY | O_DIRECTORY);
    stat("/", &before);
    mkdir(below, 0700);
    if (chroot(below) < 0) judge(-1, "");
    if (fchdir(kept) < 0) judge(-1, "");
    for (int i = 0; i < 64; i++)
        if (chdir("..") < 0) judge(-1, "");
    stat(".", &after);
    if (same(&before, &after)) stopped("the same root as before");
    done("stands above its root");
}

static void proc_root(void) {
    struct stat own, other;
    only_inside();
    stat("/", &own);
    if (stat("/proc/1/root", &other) < 0) judge(-1, "");
    if (same(&own, &other)) stopped("the jail's own root");
    done("another root than its own");
}

static void leaked_descriptor(void) {
    char text[64];
    if (!getcwd(text, sizeof text)) judge(-1, "");
    if (*text != '/') done("a working directory outside of its root");
    /* Up to numbers above the agent's own limit: descriptors survive a lower limit. */
    for (int i = 3; i < 1 << 17; i++)
        if (fcntl(i, F_GETFD) >= 0) {
            snprintf(text, sizeof text, "descriptor %d is open", i);
            done(text);
        }
    stopped("none above standard error");
}

static void output_file(void) {
    struct stat status;
    fstat(1, &status);
    if (S_ISREG(status.st_mode)) done("the log itself");
    stopped(S_ISFIFO(status.st_mode) ? "a pipe" : "no file");
}

static void open_each(const char *const *paths, int flags) {
    int answer = ENOENT;
    for (; *paths; paths++) {
        struct stat status;
        int file = open(*paths, flags | O_NONBLOCK);
        if (file < 0) {
            if (errno != ENOENT) answer = errno;
            continue;
        }
        fstat(file, &status);
        if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3)) {
            answer = -1;
            continue;
        }
        done(*paths);
    }
    stopped(answer == -1 ? "covered by /dev/null" : strerrorname_np(answer));
}

static void kernel_helpers(void) {
    umount2("/proc/sys", MNT_DETACH);
    mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL);
    mount("proc", "/mnt", "proc", MOUNT_FLAGS, NULL);
    static const char *const paths[] = {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/poweroff_cmd",
                                        "/mnt/sys/kernel/core_pattern", "/proc/sys/fs/binfmt_misc/register",
                                        "/sys/kernel/uevent_helper", NULL};
    open_each(paths, O_WRONLY);
}

static void kernel_helpers_disposable(void) {
    use_disposable(CLONE_NEWNS);
    if (is_outside) {
        static const char *const paths[] = {"/proc/sys/kernel/core_pattern", NULL};
        open_each(paths, O_WRONLY);
    }
    kernel_helpers();
}

static void sysrq(void) {
    if (!is_outside) umount2("/proc/sysrq-trigger", MNT_DETACH);
    static const char *const paths[] = {"/proc/sysrq-trigger", NULL};
    open_each(paths, O_WRONLY);
}

static void kernel_memory(void) {
    if (!is_outside) umount2("/proc/kcore", MNT_DETACH);
    static const char *const paths[] = {"/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port", NULL};
    open_each(paths, O_RDONLY);
}

static void kernel_log_device(void) {
    static const char *const paths[] = {"/dev/kmsg", "/proc/kmsg", NULL};
    open_each(paths, O_RDONLY);
}

static void make_device(mode_t type, unsigned major, unsigned minor) {
    char path[96];
    directory_for(path);
    strcat(path, "/node");
    long result = mknod(path, type | 0600, makedev(major, minor));
    int error = errno;
    unlink(path);
    errno = error;
    judge(result, "made the node");
}

static void block_device(void) { make_device(S_IFBLK, 254, 0); }
static void memory_device(void) { make_device(S_IFCHR, 1, 1); }
static void whiteout(void) { make_device(S_IFCHR, 0, 0); }
static void image_device(void) { judge(open(fact("device"), O_RDONLY), "opened the device"); }

static void legacy_file_system(void) { judge(syscall(SYS_fsopen, "ext4", 0), "may configure a file system on a block device"); }

static void writable_programs(void) {
    use_disposable(CLONE_NEWNS);
    struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
    judge(syscall(SYS_mount_setattr, AT_FDCWD, is_outside ? "/" : "/usr", 0, &writable, sizeof writable), "/usr is writable");
}

static void program_file(void) {
    use_disposable(CLONE_NEWNS);
    int file = open("/usr/bin/env", O_WRONLY);
    judge(file, "opened a program of the host for writing");
}

static void loosen_mount(void) {
    use_disposable(CLONE_NEWNS);
    judge(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL), "a mount without the flags it was made with");
}

static void move_root(void) {
    use_disposable(CLONE_NEWNS);
    char path[64];
    directory_for(path);
    mount(path, path, NULL, MS_BIND, NULL);
    long result = chdir(path) < 0 ? -1 : syscall(SYS_pivot_root, ".", ".");
    judge(result, "another root");
}

static void release_agent(void) {
    use_disposable(CLONE_NEWNS);
    char path[64];
    directory_for(path);
    if (mount("none", path, "cgroup", MOUNT_FLAGS, "memory") < 0) judge(-1, "");
    strcat(path, "/release_agent");
    judge(open(path, O_WRONLY | O_CLOEXEC), "a release agent it may name");
}

static void cgroup_above(void) {
    use_disposable(CLONE_NEWNS);
    char path[64];
    directory_for(path);
    if (mount("none", path, "cgroup2", MOUNT_FLAGS, NULL) < 0) judge(-1, "");
    /* In a cgroup namespace only its own group is visible. Only the root of the hierarchy lacks this file. */
    strcat(path, "/cgroup.type");
    if (access(path, F_OK) == 0) stopped("its own cgroup only");
    done("the root of the hierarchy");
}

/* Mounts the groups. Outside: makes one below the root, because the root has no limits. */
static void mount_groups(char *group) {
    use_disposable(CLONE_NEWNS);
    directory_for(group);
    if (mount("none", group, "cgroup2", MOUNT_FLAGS, NULL) < 0) judge(-1, "");
    if (is_outside && !mkdtemp(strcat(group, "/escape-XXXXXX"))) judge(-1, "");
}

static void write_limits(const char *group) {
    static const char *const limits[] = {"release_agent", "notify_on_release", "memory.max", "memory.high", "memory.swap.max", "pids.max",
                                         "cpu.max", "cgroup.max.descendants", "cgroup.max.depth", "cgroup.freeze", NULL};
    char file[128];
    const char *found = NULL;
    int answer = ENOENT;
    for (const char *const *limit = limits; *limit && !found; limit++) {
        snprintf(file, sizeof file, "%s/%s", group, *limit);
        if (open(file, O_WRONLY | O_CLOEXEC) >= 0) found = *limit;
        else if (errno != ENOENT) answer = errno;
    }
    if (is_outside) rmdir(group);
    if (found) done(found);
    stopped(strerrorname_np(answer));
}

static void cgroup_limits(void) {
    char group[64];
    mount_groups(group);
    write_limits(group);
}

/* Without a mount of its own: those that it got. */
static void shown_cgroup(void) {
    char group[64] = "/sys/fs/cgroup";
    if (is_outside) mount_groups(group);
    else mount(NULL, group, NULL, MS_REMOUNT | MS_BIND, NULL);
    write_limits(group);
}

/* The agent's own group, into which a jail that owns its group might move itself. */
static void cgroup_parent(void) {
    char group[64];
    struct stat own, above;
    mount_groups(group);
    int made = open(group, O_RDONLY | O_DIRECTORY);
    int parent = openat(made, "..", O_RDONLY | O_DIRECTORY);
    fstat(made, &own);
    fstat(parent, &above);
    int file = own.st_dev == above.st_dev ? openat(parent, "cgroup.procs", O_WRONLY) : -1;
    if (is_outside) rmdir(group);
    if (own.st_dev != above.st_dev) stopped("nothing above its own cgroup");
    judge(file, "may move to the group above");
}

static void hardware_clock(void) {
    static const char *const paths[] = {"/dev/rtc", "/dev/rtc0", "/dev/misc/rtc", NULL};
    open_each(paths, O_RDONLY);
}

/* Makes the kernel forget a file's pages; the pages that return then show what others have read. */
static void shared_pages(void) {
    static unsigned char resident[1 << 16];
    struct stat status;
    int file = open(fact("shared"), O_RDONLY);
    if (file < 0 || fstat(file, &status) < 0) judge(-1, "");
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = ((size_t)status.st_size + page - 1) / page;
    if (pages > sizeof resident) pages = sizeof resident;
    void *mapped = mmap(NULL, pages * page, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) judge(-1, "");
    for (int again = 0; again < 50; again++) {
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        if (mincore(mapped, pages * page, resident) < 0) judge(-1, "");
        for (size_t i = 0; i < pages; i++)
            if (!(resident[i] & 1)) done("sees which pages of a shared program are in memory");
    }
    stopped("told that all pages are in memory");
}

/* The number is the same on all architectures. */
static void cached_pages(void) {
    struct {
        unsigned long long start, length;
    } range = {0, 4096};
    unsigned long long counts[5];
    int file = open(fact("shared"), O_RDONLY);
    if (file < 0) judge(-1, "");
    judge(syscall(451, file, &range, counts, 0), "counts the pages of a shared program that are in memory");
}

/* Uses the jail's root, which is on a file system of the host; a tmpfs would only be memory. */
static void set_attribute(const char *name, const void *value, size_t size, const char *what) {
    char path[64] = "/attribute-XXXXXX";
    if (is_outside) {
        directory_for(path);
        strcat(path, "/attribute-XXXXXX");
    }
    int file = mkstemp(path);
    if (file < 0) judge(-1, "");
    long result = fsetxattr(file, name, value, size, 0);
    int error = errno;
    unlink(path);
    errno = error;
    if (result < 0 && errno == EOPNOTSUPP) return;
    judge(result, what);
}

/* Tries the form of setcap(8), and the form for user namespaces. */
static void file_capability(void) {
    struct vfs_ns_cap_data value = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, .data[0].permitted = 1 << CAP_NET_RAW};
    set_attribute("security.capability", &value, XATTR_CAPS_SZ_2, "a file with capabilities on the host's disk");
}

static void file_capability_of_namespace(void) {
    struct vfs_ns_cap_data value = {.magic_etc = VFS_CAP_REVISION_3 | VFS_CAP_FLAGS_EFFECTIVE, .data[0].permitted = 1 << CAP_NET_RAW};
    set_attribute("security.capability", &value, XATTR_CAPS_SZ_3, "a file with capabilities on the host's disk");
}

static void security_attribute(void) { set_attribute("security.escape", "x", 1, "an attribute of the host's security modules"); }
static void signature(void) { set_attribute("security.ima", "\4\4", 2, "a file that the host takes for measured"); }
static void smack_label(void) { set_attribute("security.SMACK64", "_", 1, "a label of the host's security module"); }

static void watch_all(void) { judge(syscall(SYS_fanotify_init, 0, O_RDONLY), "watches whole file systems"); }

const struct attempt files_attempts[] = {{"file-handle", file_handle},
                                         {"double-chroot", double_chroot},
                                         {"proc-root", proc_root},
                                         {"leaked-descriptor", leaked_descriptor},
                                         {"output-file", output_file},
                                         {"kernel-helpers", kernel_helpers_disposable},
                                         {"sysrq", sysrq},
                                         {"kernel-memory", kernel_memory},
                                         {"kernel-log-device", kernel_log_device},
                                         {"block-device", block_device},
                                         {"memory-device", memory_device},
                                         {"whiteout", whiteout},
                                         {"image-device", image_device},
                                         {"legacy-file-system", legacy_file_system},
                                         {"writable-programs", writable_programs},
                                         {"program-file", program_file},
                                         {"loosen-mount", loosen_mount},
                                         {"move-root", move_root},
                                         {"release-agent", release_agent},
                                         {"cgroup-above", cgroup_above},
                                         {"cgroup-limits", cgroup_limits},
                                         {"shown-cgroup", shown_cgroup},
                                         {"cgroup-parent", cgroup_parent},
                                         {"hardware-clock", hardware_clock},
                                         {"shared-pages", shared_pages},
                                         {"cached-pages", cached_pages},
                                         {"file-capability", file_capability},
                                         {"file-capability-own", file_capability_of_namespace},
                                         {"security-attribute", security_attribute},
                                         {"signature", signature},
                                         {"smack-label", smack_label},
                                         {"whole-file-system-watch", watch_all},
                                         {NULL, NULL}};
