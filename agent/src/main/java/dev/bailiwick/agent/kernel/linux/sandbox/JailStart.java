package dev.bailiwick.agent.kernel.linux.sandbox;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;

import dev.bailiwick.agent.kernel.linux.network.HostsFile;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.root.JailUser;
import dev.bailiwick.agent.kernel.linux.root.JailUsers;
import dev.bailiwick.agent.kernel.linux.root.KernelSettings;
import dev.bailiwick.agent.kernel.linux.root.MemoryFiles;
import dev.bailiwick.agent.kernel.linux.root.PingProgram;
import dev.bailiwick.agent.kernel.linux.root.RootAssembly;
import dev.bailiwick.agent.kernel.linux.root.RootTrees;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Profile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** One start of one jail: composes the calls with which the process in a sandbox becomes the jail's init. */
public final class JailStart {

    /** As an id of chown(2): stays. */
    private static final long SAME_GROUP = 0xffff_ffffL;

    private final Sandbox sandbox;
    private final JailDefinition definition;
    private final SeccompFilter filter;
    private final String resolvers;
    private final SpawnProgram program;

    /** @param resolvers the content of the jail's resolv.conf(5) */
    public JailStart(Sandbox sandbox, JailDefinition definition, SeccompFilter filter, String resolvers) {
        this.sandbox = sandbox;
        this.definition = definition;
        this.filter = filter;
        this.resolvers = resolvers;
        this.program = sandbox.program();
    }

    /**
     * Adds the calls that turn the sandbox into the jail, up to the execution of its init.
     *
     * @param init the program that runs the command as its child, if the definition asks for one
     * @param console the standard output and error of the init; a terminal of the jail if the definition asks for one
     * @param terminal a terminal of the jail that is its {@code /dev/console} alone; {@link Descriptor#NONE} if it has none, or the definition
     *     asks for one
     * @throws dev.bailiwick.agent.kernel.KernelRefusal if the jail does not have the user of the definition
     */
    public void compose(RootTrees trees, Descriptor init, Descriptor console, Descriptor terminal) {
        boolean hasTerminal = terminal != Descriptor.NONE;
        JailUsers users = new JailUsers(trees);
        Optional<JailUser> user = user(definition, users);
        SequencedMap<RunDirectory, Optional<JailUser>> owners = owners(definition, users, user);
        program.step("root");
        sandbox.takeDescriptors(hasTerminal && terminal.number() > console.number() ? terminal : console);
        RootAssembly assembly = new RootAssembly(program);
        String hostname = definition.hostname().value();
        program.run(hostname, SystemCall.SETHOSTNAME, program.text(hostname), Operand.of(hostname.length()));
        Operand.Slot root = trees.compose(assembly);
        program.step("mounts");
        KernelSettings.compose(program, definition.execution().sysctls());
        MemoryFiles.compose(program, sandbox.mounts(), definition.limits());
        assembly.attach(sandbox.mounts(), root);
        assembly.createIn(sandbox.mounts().run(), owners);
        if (definition.policy().profile() == Profile.SYSTEM) {
            assembly.ownCgroups(root);
        }
        if (hasTerminal) {
            assembly.systemTerminal(root, terminal);
        }
        if (definition.execution().console() == Console.TTY) {
            assembly.terminal(root, console);
        }
        if (isSystem(definition)) {
            assembly.systemUnits(root);
        }
        program.step("etc");
        Operand.Slot etc = assembly.directoryIn(root, "etc");
        writeHosts(assembly, etc, trees.head("etc/hosts", HostsFile.MAX_BYTES + 1));
        writeFile(trees, assembly, etc, "hostname", (hostname + "\n").getBytes(StandardCharsets.US_ASCII));
        writeFile(trees, assembly, etc, "resolv.conf", resolvers.getBytes(StandardCharsets.ISO_8859_1));
        if (definition.execution().privileges() == Privileges.SETUID) {
            PingProgram.compose(program, trees, root);
        }
        program.step("pivot_root");
        assembly.pivot(root);
        program.step("addresses");
        JailNetwork.composeAddressesInside(program, definition.addresses());
        composeInit(init, console, user);
    }

    /** Writes a file in /etc, unless it is there already: a new file costs a start more than a look at the old one. */
    private static void writeFile(RootTrees trees, RootAssembly assembly, Operand etc, String name, byte[] content) {
        if (!Arrays.equals(trees.head("etc/" + name, content.length + 1), content)) {
            assembly.writeFile(etc, name, content);
        }
    }

    /** @throws dev.bailiwick.agent.kernel.KernelRefusal if this host cannot give a jail so many open files */
    public static void requirePossible(Limits limits) {
        Confinement.requireFiles(limits);
    }

    /** @throws dev.bailiwick.agent.kernel.KernelRefusal if the jail does not have a user that the definition names */
    public static void requireUsers(JailDefinition definition, RootTrees trees) {
        JailUsers users = new JailUsers(trees);
        SequencedMap<RunDirectory, Optional<JailUser>> _ = owners(definition, users, user(definition, users));
    }

    private static Optional<JailUser> user(JailDefinition definition, JailUsers users) {
        return definition.execution().user().map(wanted -> users.find(wanted, "user " + wanted));
    }

    /** Returns the directories below /run in their order, each with its owner; empty for root. */
    private static SequencedMap<RunDirectory, Optional<JailUser>> owners(
            JailDefinition definition, JailUsers users, Optional<JailUser> user) {
        SequencedMap<RunDirectory, Optional<JailUser>> owners = new LinkedHashMap<>();
        definition
                .execution()
                .runDirectories()
                .all()
                .forEach(directory -> owners.put(
                        directory,
                        directory
                                .owner()
                                .map(owner ->
                                        users.find(owner, "runDirectories " + directory.path() + ", owner " + owner))
                                .or(() -> user)));
        return owners;
    }

    private void writeHosts(RootAssembly assembly, Operand etc, byte[] before) {
        HostsFile.next(definition, before).ifPresent(hosts -> {
            if (before.length == 0) {
                assembly.writeFile(etc, "hosts", hosts);
            } else {
                assembly.replaceFile(etc, "hosts", hosts);
            }
        });
    }

    private List<String> environment(Optional<JailUser> user) {
        return switch (definition.execution().console()) {
            case LOG -> Environment.of(definition.command(), user);
            case TTY -> Environment.onTerminal(definition.command(), user);
        };
    }

    /** Returns whether the command is the init of a whole system. */
    public static boolean isSystem(JailDefinition definition) {
        return definition.policy().profile() == Profile.SYSTEM
                && Command.isInit(definition.command().argv().getFirst());
    }

    private Operand nothing() {
        return program.keep(
                "/dev/null",
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text("/dev/null"),
                Operand.of(Linux.how(program.memory(), O_RDWR | O_CLOEXEC, 0, 0)),
                Operand.of(24));
    }

    /**
     * Makes the standard streams the init's own. The init of a whole system leaves its terminal to the login there, and would take Ctrl-C as
     * an order to restart the system.
     */
    private void takeTerminal(Confinement confinement, Optional<JailUser> user) {
        user.ifPresent(other -> program.run(
                "terminal",
                SystemCall.FCHOWNAT,
                Operand.ZERO,
                program.text(""),
                Operand.of(other.id()),
                Operand.of(SAME_GROUP),
                Operand.of(AT_EMPTY_PATH)));
        if (!isSystem(definition)) {
            confinement.ownTerminal();
        }
    }

    private void composeInit(Descriptor init, Descriptor console, Optional<JailUser> user) {
        Confinement confinement = new Confinement(program);
        program.step("streams");
        Operand input = switch (definition.execution().console()) {
            case LOG -> nothing();
            case TTY -> Operand.of(console.number());
        };
        program.run("standard input", SystemCall.DUP3, input, Operand.of(0), Operand.ZERO);
        program.run("standard output", SystemCall.DUP3, Operand.of(console.number()), Operand.of(1), Operand.ZERO);
        program.run("standard error", SystemCall.DUP3, Operand.of(console.number()), Operand.of(2), Operand.ZERO);
        if (definition.execution().console() == Console.TTY) {
            takeTerminal(confinement, user);
        }
        switch (definition.execution().firstProcess()) {
            case COMMAND -> confinement.refuseOwnProgram(definition.command().argv());
            case INIT -> confinement.requireProgram(definition.command().argv());
        }
        program.step("limits");
        confinement.limitResources(definition.limits());
        program.step("capabilities");
        Privileges privileges = definition.execution().privileges();
        confinement.dropCapabilities(definition.policy().profile(), privileges);
        user.ifPresent(other -> confinement.become(other, privileges));
        if (!definition.execution().workingDirectory().equals(WorkingDirectory.ROOT)) {
            confinement.enter(definition.execution().workingDirectory());
        }
        confinement.outliveAgent();
        if (definition.execution().firstProcess() == FirstProcess.INIT) {
            confinement.keepOnly(init);
            confinement.holdSignals();
        }
        program.step("filter");
        confinement.filter(filter, privileges);
        program.step("exec");
        switch (definition.execution().firstProcess()) {
            case COMMAND -> confinement.execute(definition.command().argv(), environment(user));
            case INIT -> confinement.executeBelow(definition.command().argv(), environment(user));
        }
    }
}
