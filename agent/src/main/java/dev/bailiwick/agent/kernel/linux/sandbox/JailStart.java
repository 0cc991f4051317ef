package dev.bailiwick.agent.kernel.linux.sandbox;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;

import dev.bailiwick.agent.kernel.linux.network.HostsFile;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.root.RootAssembly;
import dev.bailiwick.agent.kernel.linux.root.RootTrees;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Profile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One start of one jail: composes the calls with which the process in a sandbox becomes the jail's init. */
public final class JailStart {

    private static final Map<String, String> DEFAULT_ENVIRONMENT = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME", "/root",
            "LANG", "C.UTF-8",
            "container", "bailiwick");

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
     * @param console the standard output and error of the init
     */
    public void compose(RootTrees trees, Descriptor console) {
        program.step("root");
        sandbox.takeDescriptors(console);
        RootAssembly assembly = new RootAssembly(program);
        String hostname = definition.hostname().value();
        program.run(hostname, SystemCall.SETHOSTNAME, program.text(hostname), Operand.of(hostname.length()));
        Operand.Slot root = trees.compose(assembly);
        program.step("mounts");
        assembly.attach(sandbox.mounts(), root);
        if (definition.policy().profile() == Profile.SYSTEM) {
            assembly.ownCgroups(root);
        }
        program.step("etc");
        Operand.Slot etc = assembly.directoryIn(root, "etc");
        writeHosts(assembly, etc, trees.head("etc/hosts", HostsFile.MAX_BYTES + 1));
        writeFile(trees, assembly, etc, "hostname", (hostname + "\n").getBytes(StandardCharsets.US_ASCII));
        writeFile(trees, assembly, etc, "resolv.conf", resolvers.getBytes(StandardCharsets.ISO_8859_1));
        program.step("pivot_root");
        assembly.pivot(root);
        program.step("addresses");
        JailNetwork.composeAddressesInside(program, definition.addresses());
        composeInit(console);
    }

    /** Writes a file in /etc, unless it is there already: a new file costs a start more than a look at the old one. */
    private static void writeFile(RootTrees trees, RootAssembly assembly, Operand etc, String name, byte[] content) {
        if (!Arrays.equals(trees.head("etc/" + name, content.length + 1), content)) {
            assembly.writeFile(etc, name, content);
        }
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

    private void composeInit(Descriptor console) {
        Confinement confinement = new Confinement(program);
        program.step("streams");
        Operand.Slot nothing = program.keep(
                "/dev/null",
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text("/dev/null"),
                Operand.of(Linux.how(program.memory(), O_RDWR | O_CLOEXEC, 0, 0)),
                Operand.of(24));
        program.run("standard input", SystemCall.DUP3, nothing, Operand.of(0), Operand.ZERO);
        program.run("standard output", SystemCall.DUP3, Operand.of(console.number()), Operand.of(1), Operand.ZERO);
        program.run("standard error", SystemCall.DUP3, Operand.of(console.number()), Operand.of(2), Operand.ZERO);
        confinement.refuseOwnProgram(definition.command().argv());
        program.step("limits");
        confinement.limitResources();
        program.step("capabilities");
        confinement.dropCapabilities(definition.policy().profile());
        confinement.outliveAgent();
        program.step("filter");
        confinement.filter(filter);
        program.step("exec");
        confinement.execute(definition.command().argv(), environment());
    }

    private List<String> environment() {
        Map<String, String> environment = new TreeMap<>(DEFAULT_ENVIRONMENT);
        environment.putAll(definition.command().environment());
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }
}
