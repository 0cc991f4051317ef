package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.agent.kernel.linux.network.PoolRoutes;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.RuleCount;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps jails apart from each other, from the host and from its private networks, with a {@link GuardTable} in the kernel. The table
 * stays when the agent ends, as the jails do. If another program changes or removes it, the guard restores it at once.
 *
 * <p>A start does not wait for the guard. The table identifies a jail by the index of its link, and the customers of jails are added
 * after their start, several together. A start waits only if the kernel may still assign its link to another customer.
 */
public final class NetworkGuard implements AutoCloseable {

    /** The name of the guard's thread, at most 15 characters. The kernel reports it with each change of a table. */
    static final String THREAD = "jail-guard";

    private static final long LOOK_EVERY_MILLIS = 5_000;
    private static final long FIRST_OF_SOME_MILLIS = 20;
    private static final long BETWEEN_SOME_MILLIS = 1_000;
    private final GuardTable rules;
    private final LoadedTable table;
    private final ForwardCheck forwarding;
    private final PoolRoutes routes = new PoolRoutes();
    private final PoolFile remembered;
    private final JailLinks links = new JailLinks();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name(THREAD).daemon().factory());
    private final CompletableFuture<Void> begun;
    private final CompletableFuture<Void> probed;
    /** Sends changes of customers to the kernel: the first one soon, further ones at most once a second. */
    private final CoalescingTask changing;

    private volatile long changedAtNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(BETWEEN_SOME_MILLIS);
    private volatile HostNetwork around;
    // Used only by the guard's thread.
    private final KnownNameServers resolvers = new KnownNameServers();
    private volatile AddressPools pools;
    /** Done when the kernel knows the latest pools and networks. */
    private volatile CompletableFuture<Void> withPools = CompletableFuture.completedFuture(null);

    /** Begins to load the table on the guard's own thread; {@link #require} waits for that. */
    public NetworkGuard(HostLayout layout, EpollLoop loop) {
        this.rules = GuardTable.of(layout);
        NetworkFile networks = new NetworkFile(layout.stateDirectory());
        this.table = new LoadedTable(rules, links, networks, loop, () -> thread.execute(this::hear));
        this.forwarding = new ForwardCheck(new ForwardProbe(rules.number()));
        this.remembered = new PoolFile(layout.stateDirectory());
        this.pools = remembered.read();
        links.pools(pools);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.changing = new CoalescingTask(this::inAMoment, this::change);
        this.around = surroundings();
        this.begun = CompletableFuture.runAsync(this::begin, thread);
        // On the same thread, after the table is loaded: the first start need not wait for this.
        this.probed = CompletableFuture.runAsync(this::probe, thread);
        var _ = thread.scheduleWithFixedDelay(
                this::lookAgain, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Checks that the table is loaded. Waits for the first attempt to load it, and until it contains the latest pools and networks.
     *
     * @throws KernelRefusal if the table is not loaded; no jail may start then
     */
    public void require() {
        withPools.join();
        String why = unavailableReason();
        if (!why.isEmpty()) {
            throw KernelRefusal.transientFailure(
                    "NetworkGuardMissing", "nothing keeps jails apart on this host: " + why);
        }
    }

    /** Returns why the table is not loaded, as a sentence; empty if it is. Waits for the first attempt to load it. */
    public String unavailableReason() {
        begun.join();
        return table.unavailableReason();
    }

    public boolean isWhole() {
        return unavailableReason().isEmpty();
    }

    /** Loads the table again, and returns when that is done. */
    void restore() {
        onThread(() -> table.renew(around));
    }

    /** Returns the facts about the host for which the table is written. Waits for the first attempt to load it. */
    HostNetwork around() {
        begun.join();
        return around;
    }

    /** Returns which packets of jails this host drops, and why, as a sentence; empty if it drops none. Waits for the first probe. */
    public String withheld() {
        probed.join();
        return Stream.of(around().withheld(), forwarding.dropped())
                .filter(why -> !why.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /**
     * Returns whether this host, as far as is known, forwards packets of jails to this address, which is not its own. Their pools may
     * still be closed. Never blocks.
     */
    public boolean passesOn(IpAddress to) {
        return forwarding.passesOn(around, to);
    }

    /** As {@link #passesOn(IpAddress)}, for a jail with these addresses. */
    public boolean passesOn(IpAddresses addresses, IpAddress to) {
        return passesOn(to) && pools.reachWorld(addresses, to);
    }

    /** Sets the customer of a jail, empty for none, and its rules. Never blocks. */
    public void own(JailId jail, String owner, JailNetwork network) {
        links.own(jail, owner, network);
        changing.request();
    }

    /** Sets how many connections a jail may have, and how many bits a second a rule lets it send; empty for no limit. Never blocks. */
    public void limit(JailId jail, OptionalLong connections, OptionalLong rate) {
        links.limit(jail, connections, rate);
        changing.request();
    }

    /** Returns whether rules can bound what jails send; only an attempt shows it. */
    public boolean limitsRates() {
        return RateRules.areKnown(rules);
    }

    /**
     * Returns once the kernel knows the customers and rules that were set so far.
     *
     * @throws KernelRefusal if the table is not loaded
     */
    public void settle() {
        onThread(this::changeIfPending);
        require();
    }

    private void changeIfPending() {
        if (changing.isPending()) {
            change();
        }
    }

    /** Returns how much each of these rules of a jail has matched; empty if the kernel has other rules for the jail. */
    public List<RuleCount> counts(JailId jail, Firewall rules) {
        return table.counts(jail, rules);
    }

    /** Prepares for a jail that is about to start behind the link of this range. */
    public void admit(JailId jail, IdRange range) {
        if (links.occupy(JailLink.indexOf(range), jail)) {
            onThread(this::change);
        } else {
            changing.request();
        }
    }

    /** Notes that a jail of an earlier agent runs behind the link of this range. Its customer is named later. */
    public void adopt(JailId jail, IdRange range) {
        var _ = links.occupy(JailLink.indexOf(range), jail);
    }

    /** Notes that the range of this jail is free for another jail. */
    public void forget(JailId jail) {
        links.forget(jail);
        changing.request();
    }

    /** Sets the addresses that jails can have, from now on and after a restart. Never blocks; the next start waits for it. */
    public void pools(AddressPools next) {
        pools = next;
        links.pools(next);
        withPools = CompletableFuture.runAsync(this::look, thread);
    }

    /** Sets the networks of jails, as {@link #pools} sets the addresses. */
    public void networks(List<SharedNetwork> next) {
        withPools =
                CompletableFuture.runAsync(() -> table.networks(next), thread).thenRunAsync(this::change, thread);
    }

    /** Returns what operators say about name servers. Never blocks. */
    public ResolverDefaults resolvers() {
        return pools.resolvers();
    }

    private void begin() {
        table.adopt(around);
        if (!isLoaded()) {
            // An agent of another version may have left a table that cannot be added to.
            table.renew(around);
        }
        look();
    }

    private boolean isLoaded() {
        return table.unavailableReason().isEmpty();
    }

    /** Applies changes that the kernel does not report: of routes, settings and resolv.conf(5). */
    private void look() {
        // The next agent must not be more open than this one, if this one ends between the two steps.
        remembered.keep(pools);
        table.guarded(() -> {
            HostNetwork before = around;
            around = surroundings();
            table.follow(before, around);
            routes.keep(pools);
        });
    }

    private void lookAgain() {
        // Also restores what it has put off.
        hear();
        look();
        if (forwarding.isDue(table.hasHeardOfOthers())) {
            probe();
        }
    }

    private void probe() {
        forwarding.probe(table::nftables, around.forwardsV6());
    }

    private HostNetwork surroundings() {
        return HostNetwork.now(resolvers.now(pools.resolvers().servers()), pools);
    }

    private void hear() {
        table.hear(around);
    }

    private void inAMoment(Runnable change) {
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - changedAtNanos);
        var _ = thread.schedule(
                change, Math.max(FIRST_OF_SOME_MILLIS, BETWEEN_SOME_MILLIS - since), TimeUnit.MILLISECONDS);
    }

    private void change() {
        changedAtNanos = System.nanoTime();
        if (isLoaded()) {
            table.changeLinks(around);
        }
        if (!isLoaded()) {
            table.renew(around);
        }
    }

    private void onThread(Runnable work) {
        try {
            CompletableFuture.runAsync(work, thread).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** Removes the table and the routes, for an agent that leaves no jail behind. */
    public void remove() {
        onThread(() -> {
            routes.keep(AddressPools.NONE);
            table.remove();
        });
    }

    /** Stops watching the table, which stays in the kernel. */
    @Override
    public void close() {
        begun.join();
        onThread(this::changeIfPending);
        table.forget();
        thread.close();
        table.close();
    }
}
