package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.Denial;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The jails of a FreeBSD host. In FreeBSD, a jail outlives its processes. In Bailiwick, a jail ends with its init: when the init
 * ends, the agent removes the jail, and with it the processes that still run in it.
 */
public final class FreeBsdKernel implements JailKernel {

    private static final Map<String, String> DEFAULT_ENVIRONMENT = Map.of(
            "PATH", "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin",
            "HOME", "/root",
            "LANG", "C.UTF-8",
            "container", "bailiwick");

    private final HostLayout layout;
    private final Clock clock;
    private final LibC libC;
    private final JailNames names;
    private final JailCalls jails;
    private final ResourceRules rules;
    private final Sysctl sysctl;
    private final HostSide host;
    private final Attachment attachment;
    private final JailParameters parameters;
    private final RootPaths rootPaths;
    private final RuntimeFiles files;
    private final RunningInits inits = new RunningInits(this::kill);

    /**
     * Prepares the host's directories.
     *
     * @throws IllegalStateException if this kernel has no jails
     */
    public FreeBsdKernel(HostLayout layout, Clock clock) {
        this(layout, clock, LibC.HOST, Path.of("/sbin/ifconfig"));
    }

    /**
     * @param library see {@link LibC#of}
     * @param ifconfig the program that gives addresses to the host
     */
    FreeBsdKernel(HostLayout layout, Clock clock, String library, Path ifconfig) {
        this.layout = layout;
        this.clock = clock;
        this.libC = LibC.of(library);
        this.names = new JailNames(layout);
        this.jails = new JailCalls(libC);
        this.rules = new ResourceRules(libC);
        this.sysctl = new Sysctl(libC);
        this.host = new HostSide(libC, ifconfig);
        this.attachment = new Attachment(library);
        this.parameters = new JailParameters(MechanismTable.all(), sysctl::knowsParameter);
        RuntimeFiles.prepare(layout);
        this.rootPaths = new RootPaths(layout.rootBase());
        this.files = new RuntimeFiles(layout);
        if (!sysctl.knowsParameter("persist")) {
            throw new IllegalStateException("this kernel has no jails");
        }
    }

    @Override
    public HostFacts facts() {
        return FreeBsdFacts.of(layout, sysctl);
    }

    @Override
    public void onEnd(Consumer<JailEnd> toTell) {
        inits.onEnd(toTell);
    }

    @Override
    public List<ObservedJail> observe() {
        Map<JailId, Integer> numbers = names.numbers(jails.all());
        Set<JailId> known = new TreeSet<>(numbers.keySet());
        known.addAll(files.jails());
        return known.stream()
                .map(jail -> observe(jail, Optional.ofNullable(numbers.get(jail))))
                .toList();
    }

    private ObservedJail observe(JailId jail, Optional<Integer> number) {
        Optional<JailMark> mark = files.markOf(jail).filter(m -> number.isEmpty() || number.get() == m.number());
        if (mark.isEmpty()) {
            return new ObservedJail(jail, 0, "", OptionalInt.empty(), Instant.EPOCH);
        }
        boolean running = number.isPresent() && (inits.has(jail) || adopt(jail, mark.get()));
        return mark.get()
                .observed(jail, running ? OptionalInt.of((int) mark.get().initPid()) : OptionalInt.empty());
    }

    /** Takes over a jail that an earlier agent started. Returns false if its init has ended. */
    private boolean adopt(JailId jail, JailMark mark) {
        Optional<ProcessHandle> init = mark.init();
        if (init.isEmpty()) {
            return false;
        }
        if (!Files.exists(files.console(jail))) {
            ConsoleLog.create(libC, files.console(jail));
        }
        inits.adopt(jail, init.get(), console(jail));
        return true;
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return rootPaths.refusal(path, base);
    }

    @Override
    public Started start(
            JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
        check(jail, definition);
        try {
            return startUnchecked(jail, generation, fingerprint, definition);
        } catch (FreeBsdFailure e) {
            release(jail);
            throw Errno.mayPass(e.errno())
                    ? KernelRefusal.transientFailure("StartFailed", e.detail())
                    : KernelRefusal.permanent("StartFailed", e.detail());
        } catch (UncheckedIOException e) {
            release(jail);
            throw KernelRefusal.transientFailure("StartFailed", String.valueOf(e.getMessage()));
        } catch (KernelRefusal e) {
            release(jail);
            throw e;
        }
    }

    @Override
    public void check(JailId jail, JailDefinition definition) {
        KernelRefusal.refuseUnmet(facts().unmet(definition));
        rootPaths.require(definition.path(), definition.base());
    }

    private Started startUnchecked(JailId jail, long generation, String fingerprint, JailDefinition definition) {
        StepClock steps = new StepClock();
        String name = names.of(jail);
        try (IoVectors wanted = parameters.of(name, definition, clock.instant())) {
            steps.begin("host");
            files.noteHost(jail, definition.path(), definition.addresses());
            definition.addresses().primary().forEach(address -> host.addAddress(address.toString()));
            host.mountDevices(Path.of(definition.path().value()));
            ConsoleLog.create(libC, files.console(jail));
            steps.begin("jail_set");
            int number = jails.create(name, wanted);
            refuseMoved(number, definition.path());
            steps.begin("rctl");
            rules.removeAll(name);
            ResourceRules.of(name, definition.limits()).forEach(rules::add);
            steps.begin("attach");
            ConsoleLog console = console(jail);
            Process init = started(console, request(jail, number, definition));
            JailMark mark = new JailMark(
                    number, generation, fingerprint, init.pid(), JailMark.startMillis(init.toHandle()), clock.millis());
            files.mark(jail, mark);
            steps.end();
            inits.attend(jail, init, console);
            return new Started(mark.observed(jail, OptionalInt.of((int) init.pid())), steps.timings());
        }
    }

    private Process started(ConsoleLog console, AttachRequest request) {
        try {
            return attachment.run(request);
        } catch (RuntimeException e) {
            console.close();
            throw e;
        }
    }

    /** Rejects a jail at another path: jail_set(2) follows symbolic links, and one may have been created since the path was checked. */
    private void refuseMoved(int number, RootPath path) {
        Optional<String> actual = jails.pathOf(number);
        if (!actual.equals(Optional.of(path.value()))) {
            throw RootPaths.refusal(path, "led to " + actual.orElse("nowhere"));
        }
    }

    private AttachRequest request(JailId jail, int number, JailDefinition definition) {
        Map<String, String> environment = new TreeMap<>(DEFAULT_ENVIRONMENT);
        environment.putAll(definition.command().environment());
        List<String> variables = new ArrayList<>();
        environment.forEach((variable, value) -> variables.add(variable + "=" + value));
        return new AttachRequest(
                number, files.console(jail).toString(), definition.command().argv(), variables);
    }

    @Override
    public void confirm(JailId jail, long generation, String owner) {
        files.markOf(jail).ifPresent(mark -> files.mark(jail, mark.confirmed(generation)));
    }

    @Override
    public void adjust(JailId jail, JailDefinition definition) {
        String name = names.of(jail);
        rules.removeAll(name);
        ResourceRules.of(name, definition.limits()).forEach(rules::add);
    }

    /** Sends TERM, whatever the signal: the server learns from the facts that this host knows no other. */
    @Override
    public void terminate(JailId jail, StopSignal signal) {
        inits.terminate(jail);
    }

    @Override
    public StopSignal sent(JailId jail, StopSignal wanted) {
        return StopSignal.TERM;
    }

    @Override
    public void kill(JailId jail) {
        jails.numberOf(names.of(jail)).ifPresent(jails::remove);
    }

    @Override
    public void release(JailId jail) {
        inits.forget(jail);
        kill(jail);
        rules.removeAll(names.of(jail));
        List<String> noted = files.host(jail);
        if (!noted.isEmpty()) {
            host.unmountDevices(Path.of(noted.getFirst()));
            noted.subList(1, noted.size()).forEach(host::removeAddress);
        }
        files.delete(jail);
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {
        rootPaths.delete(path);
        ConsoleLog.deleteLogs(logOf(jail));
    }

    /** Does nothing: all jails of this host share their user ids, and only the server decides which customer owns a path. */
    @Override
    public void keepFiles(JailId jail, String owner) {}

    @Override
    public FilesReport files() {
        return FilesReport.NONE;
    }

    /** Returns nothing: this kernel does not report blocked calls, see the capability {@code denials}. */
    @Override
    public List<Denial> denials() {
        return List.of();
    }

    private ConsoleLog console(JailId jail) {
        return new ConsoleLog(files.console(jail), logOf(jail));
    }

    private Path logOf(JailId jail) {
        return layout.logDirectory().resolve(jail + ".log");
    }

    /** Stops watching the jails, which run on. */
    @Override
    public void close() {
        inits.close();
    }
}
