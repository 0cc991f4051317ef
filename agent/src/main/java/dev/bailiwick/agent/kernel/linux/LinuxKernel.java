package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.EndEvidence;
import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailConsoles;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.cgroup.HostClaim;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.OutgoingLimit;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.OomKills;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Jails on Linux. It keeps descriptors of running jails, but no state: a later agent can find all of it again in the cgroup tree. */
public final class LinuxKernel implements JailKernel {

    private final HostClaim claim;
    private final KernelParts parts;
    private final RunningJails running;
    private final StartCheck startCheck;
    private final JailStarter starter;
    private final StopRequests stopRequests;
    private final DamageDetector damage;
    private final Commands commands;
    private final FileAccess fileAccess;
    private final Inspection inspection;
    private final Removals removals;

    /** Opens the kernel for jails without the figures of lxcfs. */
    public LinuxKernel(HostLayout layout, Clock clock, Set<Risk> accepted) {
        this(layout, clock, accepted, Optional.empty(), OutgoingLimit::canRedirect);
    }

    /**
     * Opens the kernel and prepares the host's directories.
     *
     * @param lxcfs where the host's lxcfs is mounted
     * @param ifb whether the kernel has devices in which what jails send can wait
     * @throws IllegalStateException if this host lacks something that every jail needs
     * @throws HostClaimed if another agent has claimed parts of the layout
     */
    public LinuxKernel(HostLayout layout, Clock clock, Set<Risk> accepted, Optional<Path> lxcfs, BooleanSupplier ifb) {
        RuntimeFiles.prepare(layout);
        // The claim comes before any change to the host.
        this.claim = HostClaim.take(Cgroups.mountPoint(), layout);
        try {
            this.parts = KernelParts.open(layout, clock, accepted, lxcfs, ifb);
            this.running = new RunningJails(parts);
            this.startCheck = new StartCheck(parts);
            this.starter = new JailStarter(parts, running, startCheck);
            this.stopRequests = new StopRequests(parts.cgroups(), running);
            this.damage = new DamageDetector(parts, running);
            this.commands = new Commands(parts, running);
            this.fileAccess = new FileAccess(parts, running);
            this.inspection = new Inspection(parts, running, damage);
            this.removals = new Removals(parts, fileAccess);
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    @Override
    public HostFacts facts() {
        return parts.facts();
    }

    @Override
    public List<Condition> conditions() {
        return parts.lxcfs().condition().stream().toList();
    }

    @Override
    public void own(JailId jail, String owner, JailNetwork network) {
        parts.guard().own(jail, owner, network);
    }

    @Override
    public void limit(JailId jail, Limits limits) {
        parts.limit(jail, limits);
    }

    @Override
    public List<RuleCount> counts(JailId jail, Firewall rules) {
        return parts.guard().counts(jail, rules);
    }

    @Override
    public void pools(AddressPools pools) {
        parts.guard().pools(pools);
    }

    @Override
    public void networks(List<SharedNetwork> networks) {
        parts.guard().networks(networks);
    }

    @Override
    public void onEnd(Consumer<JailEnd> listener) {
        running.onEnd(listener);
    }

    @Override
    public void onConsole(JailConsoles.Listener listener) {
        parts.consoles().onTerminal(listener);
    }

    @Override
    public void onOomKills(BiConsumer<JailId, OomKills> listener) {
        parts.oom().onKills(listener);
    }

    @Override
    public void onDamage(Consumer<JailId> listener) {
        damage.onDamage(listener);
    }

    @Override
    public List<ObservedJail> observe() {
        return running.observe();
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return parts.files().refusal(path, base);
    }

    @Override
    public Started start(
            JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
        limit(jail, definition.limits());
        return fileAccess.exclusively(jail, () -> starter.start(jail, generation, fingerprint, definition, files));
    }

    @Override
    public void check(JailId jail, JailDefinition definition) {
        startCheck.require(definition);
    }

    @Override
    public void confirm(JailId jail, long generation, String owner) {
        parts.guard().settle();
        parts.homes().own(jail, owner);
        running.confirm(jail, generation);
    }

    @Override
    public void adjust(JailId jail, JailDefinition definition) {
        limit(jail, definition.limits());
        damage.adjust(jail, definition);
    }

    @Override
    public List<String> mend(JailId jail, JailDefinition definition) {
        return damage.mend(jail, definition);
    }

    @Override
    public void inspect() {
        inspection.run();
    }

    @Override
    public void terminate(JailId jail, StopSignal signal) {
        running.find(jail).ifPresent(found -> parts.mountRemovals().hold(jail, found.initPid()));
        stopRequests.send(jail, signal);
    }

    @Override
    public StopSignal sent(JailId jail, StopSignal wanted) {
        return stopRequests.sent(jail).orElse(wanted);
    }

    @Override
    public void kill(JailId jail) {
        running.find(jail).ifPresent(found -> parts.mountRemovals().hold(jail, found.initPid()));
        parts.idRanges().find(jail).ifPresent(parts.cgroups()::kill);
    }

    @Override
    public void awaitStart(JailId jail, Duration longest) throws InterruptedException {
        running.awaitStart(jail, longest);
    }

    @Override
    public CommandEnd run(CommandRun run) {
        return commands.run(run);
    }

    @Override
    public CommandProcess begin(SessionStart start) {
        return commands.begin(start);
    }

    @Override
    public SocketChannel connect(JailId jail, List<InetAddress> addresses, int port, Runnable whenJailEnds)
            throws InterruptedException {
        return new Ports(running).connect(jail, addresses, port, whenJailEnds);
    }

    @Override
    public FileResult work(FileWork work) {
        return fileAccess.work(work);
    }

    @Override
    public LogPart read(LogRead read) throws InterruptedException {
        return parts.logs().read(read);
    }

    @Override
    public EndEvidence evidence(JailId jail) {
        return running.evidence(jail);
    }

    @Override
    public void release(JailId jail) {
        starter.release(jail);
    }

    /** Returns once all output of a jail that has ended is in its log. */
    void awaitLog(JailId jail) {
        parts.consoles().await(jail);
    }

    @Override
    public void keepFiles(JailId jail, String owner) {
        removals.keep(jail, owner);
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {
        removals.delete(jail, path);
    }

    @Override
    public OptionalLong firstHostId(JailId jail) {
        return parts.idRanges().find(jail).stream().mapToLong(IdRange::first).findFirst();
    }

    @Override
    public FilesReport files() {
        return parts.idRanges().report();
    }

    @Override
    public List<Denial> denials() {
        parts.coreDumps().look();
        damage.inspectPrograms();
        return parts.denials().take();
    }

    @Override
    public void sample(Reader reader) {
        running.sample(reader);
    }

    @Override
    public void sampleHost(long[] values) {
        parts.readings().read(values);
    }

    /** Closes the kernel; the jails keep running. */
    @Override
    public void close() {
        damage.stop();
        stopRequests.close();
        parts.closeStarters();
        fileAccess.close();
        // The loop's thread reads into its memory, so it is closed after the loop.
        damage.close();
        running.close();
        parts.close(claim);
    }
}
