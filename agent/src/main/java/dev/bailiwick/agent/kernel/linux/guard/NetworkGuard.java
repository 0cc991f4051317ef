package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.guard.Customers.Change;
import dev.bailiwick.agent.kernel.linux.guard.ForwardProbe.Way;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.agent.kernel.linux.network.PoolRoutes;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps jails from each other, from the host and from its private networks, with a {@link GuardTable} in the kernel. It stays when the
 * agent ends, as the jails do. Whoever else changes it or removes it finds it put back at once.
 *
 * <p>A start costs nothing here: the table tells a jail by its link's index, and who is of one customer is added after the start,
 * together with what else has come by then. Only where a link was another customer's, and the kernel may still hold so, does a start wait.
 */
public final class NetworkGuard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NetworkGuard.class);

    /** The kernel reports this name with each change of a table; at most 15 characters. */
    private static final String THREAD = "jail-guard";

    private static final long LOOK_EVERY_MILLIS = 5_000;
    private static final long FIRST_OF_SOME_MILLIS = 20;
    private static final long BETWEEN_SOME_MILLIS = 1_000;
    /** What others do to the table is answered no more often than this. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final GuardTable table;
    private final ForwardCheck forwarding;
    private final PoolRoutes routes = new PoolRoutes();
    private final RememberedPools remembered;
    private final Customers customers = new Customers();
    private final EpollLoop loop;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name(THREAD).daemon().factory());
    private final CompletableFuture<Void> begun;
    private final CompletableFuture<Void> probed;
    /** At once for the first of some, and for all that come within a moment together. */
    private final CoalescingTask changing;

    private volatile long changedAtNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(BETWEEN_SOME_MILLIS);
    /** Why the table is not as it has to be; empty while it is. */
    private volatile String unavailableReason = "";

    private volatile Surroundings around;
    // Used by the thread alone.
    private final KnownResolvers resolvers = new KnownResolvers();
    private AddressPools pools;
    private @Nullable Nftables nftables;
    private @Nullable RulesetChanges changes;
    private volatile long watchKey;

    /** Begins to load the table, on a thread of its own; {@link #require} waits for that. */
    public NetworkGuard(HostLayout layout, EpollLoop loop) {
        this.table = GuardTable.of(layout);
        this.forwarding = new ForwardCheck(new ForwardProbe(table.number()));
        this.loop = loop;
        this.remembered = new RememberedPools(layout.stateDirectory());
        this.pools = remembered.read();
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.changing = new CoalescingTask(this::inAMoment, this::change);
        this.around = surroundings();
        this.begun = CompletableFuture.runAsync(this::begin, thread);
        // Not before the first start, which need not wait for it.
        this.probed = CompletableFuture.runAsync(this::probe, thread);
        var _ = thread.scheduleWithFixedDelay(
                this::lookAgain, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Returns while the table is as it has to be.
     *
     * @throws KernelRefusal if it is not: then no jail may start
     */
    public void require() {
        String why = unavailableReason();
        if (!why.isEmpty()) {
            throw KernelRefusal.transientFailure(
                    "NetworkGuardMissing", "nothing keeps jails apart on this host: " + why);
        }
    }

    /** Why the table is not as it has to be, as a sentence; empty while it is. Waits until it has been loaded first. */
    public String unavailableReason() {
        begun.join();
        return unavailableReason;
    }

    public boolean isWhole() {
        return unavailableReason().isEmpty();
    }

    /** Loads the table again, whatever it is; waits for that. */
    void restore() {
        onThread(this::renew);
    }

    /** The facts about the host that the table is written for. */
    Surroundings around() {
        begun.join();
        return around;
    }

    /** What jails send and this host does not pass on, and why, as a sentence; empty where it passes all on. Waits until that was tried first. */
    public String withheld() {
        probed.join();
        return Stream.of(around().withheld(), forwarding.dropped())
                .filter(why -> !why.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** Returns whether this host forwards packets of jails to an address that is not its own, as far as is known. Never blocks. */
    public boolean passesOn(IpAddress to) {
        Surroundings now = around;
        return to.isV4()
                ? now.forwardsV4() && !forwarding.isLost(Way.BEYOND_V4)
                : now.forwardsV6() && !forwarding.isLost(Way.BEYOND_V6);
    }

    /** Who the customer of a jail is, as soon as anybody knows; empty for nobody's. Never blocks. */
    public void own(JailId jail, String owner) {
        customers.own(jail, owner);
        changing.request();
    }

    /**
     * Returns once the kernel knows all that has been said of customers.
     *
     * @throws KernelRefusal if it cannot be found out
     */
    public void settle() {
        onThread(() -> {
            if (changing.isPending()) {
                change();
            }
        });
        require();
    }

    /** A jail is about to start behind the link of this range. */
    public void admit(JailId jail, IdRange range) {
        if (customers.occupy(JailLink.indexOf(range), jail)) {
            onThread(this::change);
        } else {
            changing.request();
        }
    }

    /** A jail of an agent before this one runs behind the link of this range. Its customer is still to be named. */
    public void adopt(JailId jail, IdRange range) {
        var _ = customers.occupy(JailLink.indexOf(range), jail);
    }

    /** A jail's range is another's from now on. */
    public void forget(JailId jail) {
        customers.forget(jail);
        changing.request();
    }

    /** What addresses jails can have, from now on and after a restart. Never blocks. */
    public void pools(AddressPools next) {
        thread.execute(() -> {
            pools = next;
            look();
        });
    }

    private void begin() {
        guarded(() -> {
            listen();
            nftables().run(table.adopt(around));
        });
        if (!unavailableReason.isEmpty()) {
            // What an agent of another version has left may be what cannot be added to.
            renew();
        }
        look();
    }

    /** Whatever may have changed without a word: what others have done to routes, settings and resolv.conf(5). */
    private void look() {
        boolean wasWhole = unavailableReason.isEmpty();
        guarded(() -> {
            Surroundings now = surroundings();
            if (!wasWhole || !now.equals(around)) {
                around = now;
                load();
            }
            routes.keep(pools);
        });
        remembered.keep(pools);
    }

    private void lookAgain() {
        look();
        if (forwarding.isDue(changes != null && changes.heardOfOthers())) {
            probe();
        }
    }

    private void probe() {
        forwarding.probe(this::nftables, around.forwardsV6());
    }

    private Surroundings surroundings() {
        return Surroundings.now(resolvers.now(), pools);
    }

    private void listen() {
        if (changes == null) {
            RulesetChanges listening = new RulesetChanges(table.name(), THREAD);
            changes = listening;
            watchKey = loop.whenReadable(listening.descriptor(), () -> {
                thread.execute(this::hear);
                return REST_NANOS;
            });
        }
    }

    private void hear() {
        if (changes != null && changes.heard()) {
            log.atWarn()
                    .addKeyValue("table", table.name())
                    .log("another program changed the rules that keep jails apart; they are restored");
            renew();
        }
    }

    private void renew() {
        guarded(this::load);
    }

    private void load() {
        listen();
        Change.Whole whole = customers.whole();
        nftables().run(table.renew(around, whole.customers()));
        customers.done(whole);
    }

    private void inAMoment(Runnable change) {
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - changedAtNanos);
        long wait = Math.max(FIRST_OF_SOME_MILLIS, BETWEEN_SOME_MILLIS - since);
        var _ = thread.schedule(change, wait, TimeUnit.MILLISECONDS);
    }

    private void change() {
        changedAtNanos = System.nanoTime();
        if (unavailableReason.isEmpty()) {
            guarded(this::tellOfCustomers);
        }
        if (!unavailableReason.isEmpty()) {
            renew();
        }
    }

    private void tellOfCustomers() {
        Change change = customers.change();
        switch (change) {
            case Change.Whole(var all) -> nftables().run(table.replaceCustomers(all));
            case Change.Part(var gone, var come) -> {
                if (!gone.isEmpty() || !come.isEmpty()) {
                    nftables().run(table.changeCustomers(gone, come));
                }
            }
        }
        customers.done(change);
    }

    private Nftables nftables() {
        Nftables open = nftables;
        if (open == null) {
            open = new Nftables();
            nftables = open;
        }
        return open;
    }

    private void guarded(Runnable transaction) {
        String before = unavailableReason;
        try {
            transaction.run();
            unavailableReason = "";
        } catch (NftablesFailure | LinuxFailure | UncheckedIOException e) {
            customers.failed();
            unavailableReason = String.valueOf(e.getMessage());
        }
        if (!unavailableReason.equals(before)) {
            log.atLevel(unavailableReason.isEmpty() ? Level.INFO : Level.WARN)
                    .addKeyValue("table", table.name())
                    .addKeyValue("reason", unavailableReason)
                    .log("whether jails are kept apart has changed");
        }
    }

    private void onThread(Runnable work) {
        try {
            CompletableFuture.runAsync(work, thread).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Removes table and routes, of an agent that leaves no jail behind. */
    public void remove() {
        onThread(() -> {
            routes.keep(AddressPools.NONE);
            guarded(() -> nftables().run(table.remove()));
        });
    }

    /** Lets go of the table, which stays. */
    @Override
    public void close() {
        begun.join();
        if (changing.isPending()) {
            onThread(this::change);
        }
        if (watchKey != 0) {
            loop.forget(watchKey);
        }
        thread.close();
        if (changes != null) {
            changes.close();
        }
        if (nftables != null) {
            nftables.close();
        }
    }
}
