package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MNT_DETACH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NODEV;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOSUID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_RDONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MS_PRIVATE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MS_REC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CREAT;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_EXCL;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_WRONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_BENEATH;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The calls with which a child replaces the host's mount tree by the jail's: root, proc, dev, sys, tmp and run, then pivot_root. The
 * child creates every mount with the jail's own rights, by descriptor, and follows no link in the jail's tree.
 */
public final class RootAssembly {

    /**
     * The directory that the child covers with a working tmpfs, in its own mount namespace. The tmpfs becomes the child's root, and
     * disappears with the jail's pivot_root.
     */
    private static final String STAGE = "/tmp";

    private static final long NOTHING_SPECIAL = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    private static final long DATA_ONLY = NOTHING_SPECIAL | MOUNT_ATTR_NOEXEC;

    private static final String CGROUPS = "sys/fs/cgroup";

    /** Entries of /proc that reveal or change more than a jail should, beyond the protection of ids and namespaces. */
    private static final List<String> MASKED_FILES = present(
            "kcore", "keys", "key-users", "timer_list", "sched_debug", "latency_stats", "sysrq-trigger", "kallsyms");

    private static final List<String> MASKED_DIRECTORIES = present("acpi", "asound", "scsi");
    private static final List<String> READ_ONLY = present("sys", "fs", "bus", "irq");

    /** A part of the host's total (kernel.pty.max). A thousand jails leave some to the host if the host was prepared for them. */
    private static final String TERMINALS = "128";

    private final SpawnProgram program;
    private final MountCalls calls;

    public RootAssembly(SpawnProgram program) {
        this.program = program;
        this.calls = new MountCalls(program);
    }

    private static List<String> present(String... names) {
        return List.of(names).stream()
                .filter(name -> Files.exists(Path.of("/proc", name)))
                .toList();
    }

    /** The mounts that every jail's root has, independent of its definition. */
    public record SystemMounts(
            Operand dev,
            Operand.Slot terminals,
            Operand sharedMemory,
            Operand temporary,
            Operand run,
            Operand sys,
            Operand proc) {}

    /** Gives the child a working directory, in its own mount tree, which the kernel has separated from the host's. */
    public void makeStage() {
        Operand stage = calls.newMount("tmpfs", DATA_ONLY, Map.of("size", "64k"));
        calls.moveTo(STAGE, stage);
        program.run(STAGE, SystemCall.CHDIR, program.text(STAGE));
    }

    /**
     * Assembles the mounts on the stage, where no link of a jail can interfere.
     *
     * @param figures mounts over files of {@code /proc}, see {@link Lxcfs#mounts}
     */
    public SystemMounts systemMounts(Descriptor devices, SequencedMap<String, Descriptor> figures) {
        Operand dev = Operand.of(devices.number());
        Operand.Slot terminals = calls.newMount(
                "devpts",
                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                Map.of("mode", "620", "ptmxmode", "666", "gid", "5", "max", TERMINALS));
        // Empty files take memory too, so the number of files is limited as well as their size.
        Operand sharedMemory = memoryFiles(MemoryFiles.SHM, DATA_ONLY, "1777", "16384");
        Operand temporary = memoryFiles(MemoryFiles.TMP, NOTHING_SPECIAL, "1777", "65536");
        Operand run = memoryFiles(MemoryFiles.RUN, NOTHING_SPECIAL, "755", "16384");
        Operand sys = calls.newMount("sysfs", DATA_ONLY | MOUNT_ATTR_RDONLY, Map.of());
        Operand proc = calls.newMount("proc", DATA_ONLY, Map.of());
        new CountLimits(program, calls).set(proc);
        new KernelSettings(program, calls).permitPing(proc);
        calls.stage("dev", dev);
        calls.stage("proc", proc);
        calls.stage("sys", sys);
        // Its top is the child's own cgroup (cgroup_namespaces(7)), where programs read what they may use.
        calls.moveTo(CGROUPS, calls.newMount("cgroup2", DATA_ONLY | MOUNT_ATTR_RDONLY, Map.of()));
        for (String name : MASKED_DIRECTORIES) {
            calls.bind("dev/" + DeviceDirectory.COVERED, "proc/" + name);
            calls.makeReadOnly("proc/" + name);
        }
        for (String name : MASKED_FILES) {
            calls.bind("dev/null", "proc/" + name);
        }
        for (String name : READ_ONLY) {
            calls.bind("proc/" + name, "proc/" + name);
            calls.makeReadOnly("proc/" + name);
        }
        figures.forEach((name, mount) -> calls.moveTo("proc/" + name, Operand.of(mount.number())));
        calls.moveTo("dev/pts", terminals);
        calls.moveTo("dev/shm", sharedMemory);
        return new SystemMounts(dev, terminals, sharedMemory, temporary, run, sys, proc);
    }

    private Operand memoryFiles(MemoryFiles files, long attributes, String mode, String inodes) {
        return calls.newMount(
                "tmpfs", attributes, Map.of("mode", mode, "size", files.defaultSize(), "nr_inodes", inodes));
    }

    /**
     * Makes the stage the child's root. While the child then waits, it keeps none of the host's file systems busy, and new mounts of the
     * host do not appear in its mount tree. Must come after {@link #systemMounts}: the kernel permits a user namespace to mount proc and
     * sysfs only if it already sees such mounts (mount_too_revealing in fs/namespace.c).
     */
    public void leaveHost() {
        program.run(
                "/ as private",
                SystemCall.MOUNT,
                program.text("none"),
                program.text("/"),
                Operand.ZERO,
                Operand.of(MS_REC | MS_PRIVATE),
                Operand.ZERO);
        pivotToCurrentDirectory("stage");
    }

    /** Makes the tree the jail's root, unchanged. */
    Operand.Slot directory(Descriptor tree) {
        calls.stage("root", tree);
        return program.keep(
                "root",
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text("root"),
                calls.how(O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0),
                Operand.of(24));
    }

    /**
     * Makes an overlay the jail's root; it contains the jail's changes to a shared tree.
     *
     * @param data contains {@code root} and {@code work}, both owned by the jail
     * @param lower the shared tree, already shifted to the jail's ids
     * @param privileges of the definition
     */
    Operand.Slot overlay(Descriptor data, Descriptor lower, Privileges privileges, RootTrees.Use use) {
        calls.stage("data", data);
        calls.stage("lower", lower);
        calls.createDirectory("root");
        // Uses user.* attributes: a user namespace cannot access trusted.* (overlayfs.rst).
        List<String> flags = switch (use) {
            case CHANGE -> List.of("userxattr");
            case READ -> List.of("userxattr", "ro");
        };
        Operand.Slot root = calls.newOverlay(
                Map.of("lowerdir", "lower", "upperdir", "data/root", "workdir", "data/work"),
                RootTreeOpener.attributes(privileges),
                flags);
        calls.moveTo("root", root);
        return root;
    }

    /**
     * Mounts the host's /usr, read-only; its owners are nobody in the jail. It is an overlay and not a bind mount, so that its inodes
     * belong to the jail alone and no watch or lock on them affects other jails.
     */
    void hostPrograms(Operand root, Descriptor usr) {
        calls.stage("usr", usr);
        calls.createDirectory("none");
        Operand.Slot overlay = calls.newOverlay(
                Map.of("lowerdir", "usr:none"), RootTreeOpener.OF_THE_HOST | MOUNT_ATTR_RDONLY, List.of("userxattr"));
        calls.attach(overlay, calls.mountPoint(root, "usr"), "usr");
    }

    /** Attaches all mounts that do not contain files of the jail. */
    public void attach(SystemMounts mounts, Operand root) {
        calls.attach(mounts.dev, calls.mountPoint(root, "dev"), "dev");
        calls.attach(mounts.temporary, calls.mountPoint(root, "tmp"), "tmp");
        calls.attach(mounts.run, calls.mountPoint(root, "run"), "run");
        calls.attach(mounts.sys, calls.mountPoint(root, "sys"), "sys");
        calls.attach(mounts.proc, calls.mountPoint(root, "proc"), "proc");
    }

    /**
     * Creates directories in a mount that no process of the jail has seen yet, so nothing in it is a link.
     *
     * @param owners the directories, each after those above it, with its owner; empty for root. Directories between them and the mount
     *     belong to root and get the mode 0755
     */
    public void createIn(Operand mount, SequencedMap<RunDirectory, Optional<JailUser>> owners) {
        Set<String> created = new HashSet<>();
        owners.forEach((directory, owner) -> {
            directory.withAbove().filter(created::add).forEach(path -> makeIn(mount, path));
            setUp(mount, directory, owner);
        });
    }

    private void makeIn(Operand mount, String path) {
        program.run("run/" + path, SystemCall.MKDIRAT, mount, program.text(path), Operand.of(0755));
    }

    private void setUp(Operand mount, RunDirectory directory, Optional<JailUser> owner) {
        String path = directory.belowRun();
        Operand name = program.text(path);
        owner.ifPresent(user -> program.run(
                "run/" + path,
                SystemCall.FCHOWNAT,
                mount,
                name,
                Operand.of(user.id()),
                Operand.of(user.groups().getFirst()),
                Operand.ZERO));
        program.run("run/" + path, SystemCall.FCHMODAT, mount, name, Operand.of(directory.mode()));
    }

    /** Lets the jail write to its own cgroup, as far as it owns it, so that an init can create groups below it. */
    public void ownCgroups(Operand root) {
        calls.makeWritable(calls.mountPoint(root, CGROUPS), CGROUPS);
    }

    /** Makes a terminal of the jail {@code /dev/console}, for the init of a system that nobody types to. */
    public void systemTerminal(Operand root, Descriptor terminal) {
        terminal(root, terminal);
        SystemdUnits.maskLogin(program, calls, root);
    }

    /** Makes a terminal of the jail {@code /dev/console}, too. */
    public void terminal(Operand root, Descriptor terminal) {
        console(root, calls.copyOf(Operand.of(terminal.number()), "terminal"));
    }

    /** Says in /run what systemd as the init has to know. */
    public void systemUnits(Operand root) {
        SystemdUnits.write(this, calls, root);
    }

    private void console(Operand root, Operand mount) {
        Operand.Slot file = program.keep(
                "dev/console",
                SystemCall.OPENAT2,
                root,
                program.text("dev/console"),
                calls.how(O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, RESOLVE_BENEATH),
                Operand.of(24));
        calls.attach(mount, file, "dev/console");
    }

    /**
     * Writes a small file of the jail, with the jail's rights, so that a trap in the jail's tree can hurt only the jail. It deletes the
     * old file first, which nobody reads yet. Replacing it by rename would write it to disk at once (ext4(5), auto_da_alloc).
     */
    public void writeFile(Operand etc, String name, byte[] bytes) {
        program.runTolerating(Errno.ENOENT, "etc/" + name, SystemCall.UNLINKAT, etc, program.text(name), Operand.ZERO);
        Operand.Slot file = program.keep(
                "etc/" + name,
                SystemCall.OPENAT2,
                etc,
                program.text(name),
                calls.how(O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644, RESOLVE_BENEATH),
                Operand.of(24));
        program.writeWhole("etc/" + name, file, bytes);
    }

    /** Writes a file as {@link #writeFile} does, but keeps the old one until the new one is complete. */
    public void replaceFile(Operand etc, String name, byte[] bytes) {
        String next = ".bailiwick-" + name;
        writeFile(etc, next, bytes);
        program.run(
                "etc/" + name, SystemCall.RENAMEAT2, etc, program.text(next), etc, program.text(name), Operand.ZERO);
    }

    /** Opens a directory of the jail; creates it if it is missing, fails if it is a link. */
    public Operand.Slot directoryIn(Operand root, String name) {
        return calls.directoryIn(root, name);
    }

    /** Makes the jail's root the root; nothing of the host is left above it: pivot_root(2). */
    public void pivot(Operand root) {
        program.run("root", SystemCall.FCHDIR, root);
        pivotToCurrentDirectory("root");
    }

    private void pivotToCurrentDirectory(String subject) {
        Operand here = program.text(".");
        program.run(subject, SystemCall.PIVOT_ROOT, here, here);
        program.run("old root", SystemCall.UMOUNT2, here, Operand.of(MNT_DETACH));
        program.run("/", SystemCall.CHDIR, program.text("/"));
    }
}
