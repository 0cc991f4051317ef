package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWCGROUP;
import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWIPC;
import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWNET;
import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWNS;
import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWPID;
import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWUSER;
import static dev.bailiwick.agent.kernel.linux.Constants.CLONE_NEWUTS;
import static dev.bailiwick.agent.kernel.linux.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.Constants.O_RDWR;
import static dev.bailiwick.agent.kernel.linux.Constants.SIGKILL;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.StepTiming;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One start of one jail: composes the child's program, runs it, and does the parent's half meanwhile. */
final class JailStart {

    private static final long ALL_NAMESPACES =
            CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

    private static final Map<String, String> DEFAULT_ENVIRONMENT = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME", "/root",
            "LANG", "C.UTF-8",
            "container", "bailiwick");

    private final JailId jail;
    private final JailDefinition definition;
    private final IdRange range;
    private final JailNetwork network;
    private final SeccompFilter filter;
    private final StepClock clock;

    JailStart(
            JailId jail,
            JailDefinition definition,
            IdRange range,
            JailNetwork network,
            SeccompFilter filter,
            StepClock clock) {
        this.jail = jail;
        this.definition = definition;
        this.range = range;
        this.network = network;
        this.filter = filter;
        this.clock = clock;
    }

    /** A jail whose init has been executed. The descriptor of its init is the caller's to close. */
    record Running(int initPid, Descriptor process, List<StepTiming> steps) {}

    /**
     * Runs it.
     *
     * @param cgroup what the jail is born into
     * @param console what its init writes to
     * @throws LinuxFailure naming the call that failed; no process of the jail is left then
     */
    Running run(Descriptor cgroup, Descriptor console, JailFiles.Trees trees, Descriptor devices) {
        try (Arena arena = new Arena()) {
            clock.begin("compose");
            SpawnProgram program = new SpawnProgram(arena);
            Pointer mapped = composeIdentity(program);
            composeRoot(program, trees, devices);
            Pointer connected = composeNetwork(program);
            composeConfinement(program, console);

            clock.begin("clone");
            SpawnProgram.Child child = program.spawn(ALL_NAMESPACES, cgroup.number(), range.first());
            Descriptor process = new Descriptor(child.pidDescriptor());
            try {
                clock.begin("id maps");
                UserNamespaces.map(child.pid(), range);
                NativeSpawn.bailiwick_release(Arena.address(mapped));
                clock.begin("veth");
                network.connect(jail, range, child.pid(), definition.addresses());
                NativeSpawn.bailiwick_release(Arena.address(connected));
                clock.end();
                child.awaitExec();
            } catch (RuntimeException e) {
                end(process, child);
                // What the agent could not do for a child that had ended has its cause there.
                throw child.failure().map(RuntimeException.class::cast).orElse(e);
            }
            return new Running(child.pid(), process, timings(child));
        }
    }

    private Pointer composeIdentity(SpawnProgram program) {
        Confinement confinement = new Confinement(program);
        program.step("await id maps");
        confinement.dieWithAgent();
        Pointer mapped = program.await("id maps");
        program.step("identity");
        confinement.becomeRoot();
        // Changing ids has cleared it: prctl(2), PR_SET_PDEATHSIG.
        confinement.dieWithAgent();
        confinement.beginAnew();
        String hostname = definition.hostname().value();
        program.run(hostname, SystemCall.SETHOSTNAME, program.text(hostname), Operand.of(hostname.length()));
        return mapped;
    }

    private void composeRoot(SpawnProgram program, JailFiles.Trees trees, Descriptor devices) {
        RootAssembly assembly = new RootAssembly(program);
        program.step("root");
        assembly.beginPrivately();
        Operand.Slot root = trees.compose(assembly);
        program.step("proc dev sys");
        assembly.systemMounts(root, devices);
        if (definition.policy().profile() == Profile.SYSTEM) {
            assembly.ownCgroups(root);
        }
        program.step("etc");
        Operand.Slot etc = assembly.directoryIn(root, "etc");
        assembly.writeFile(etc, "hosts", ResolverFiles.hosts(definition));
        assembly.writeFile(etc, "hostname", ResolverFiles.hostname(definition));
        assembly.writeFile(etc, "resolv.conf", ResolverFiles.resolvers());
        program.step("pivot_root");
        assembly.pivot(root);
    }

    private Pointer composeNetwork(SpawnProgram program) {
        program.step("await veth");
        Pointer connected = program.await("network link");
        program.step("addresses");
        network.composeInside(program, definition.addresses());
        return connected;
    }

    private void composeConfinement(SpawnProgram program, Descriptor console) {
        Confinement confinement = new Confinement(program);
        program.step("streams");
        Operand.Slot nothing = program.keep(
                "/dev/null",
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text("/dev/null"),
                Operand.of(Linux.how(program.arena(), O_RDWR | O_CLOEXEC, 0, 0)),
                Operand.of(24));
        program.run("standard input", SystemCall.DUP3, nothing, Operand.of(0), Operand.ZERO);
        program.run("standard output", SystemCall.DUP3, Operand.of(console.number()), Operand.of(1), Operand.ZERO);
        program.run("standard error", SystemCall.DUP3, Operand.of(console.number()), Operand.of(2), Operand.ZERO);
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

    private static void end(Descriptor process, SpawnProgram.Child child) {
        // It may have ended by itself already: then the signal finds nobody, which is as good.
        Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), SIGKILL, 0, 0);
        Linux.reap(process);
        process.close();
        child.awaitEnd();
    }

    private List<StepTiming> timings(SpawnProgram.Child child) {
        List<StepTiming> all = new ArrayList<>(clock.timings());
        all.addAll(child.timings(clock.zeroNanos(), System.nanoTime()));
        return all.stream()
                .sorted(Comparator.comparingLong(StepTiming::startMicros))
                .toList();
    }
}
