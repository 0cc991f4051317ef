package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.guard.ConnectionRules.Counted;
import dev.bailiwick.agent.kernel.linux.guard.JailLinks.Change;
import dev.bailiwick.agent.kernel.linux.guard.LinkCommands.KnownParts;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.RuleCount;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The {@link GuardTable} in the kernel: loads it, keeps what it has about links of jails up to date, and listens for changes that other programs
 * make. Confined to the guard's thread, except for {@link #unavailableReason}, {@link #counts} and {@link #forget}.
 */
final class LoadedTable implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LoadedTable.class);

    /** How long to wait after a change by another program before the next one is read. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final GuardTable table;
    private final JailLinks links;
    private final NetworkFile remembered;
    private final EpollLoop loop;
    private final Runnable onChange;
    /** Held while the kernel is asked for counts. */
    private final Object counting = new Object();

    private @Nullable Nftables nftables;
    private @Nullable RulesetChanges changes;
    private volatile long watchKey;
    private volatile String unavailableReason = "";

    /** @param onChange called when the ruleset has changed; must not block */
    LoadedTable(GuardTable table, JailLinks links, NetworkFile remembered, EpollLoop loop, Runnable onChange) {
        this.table = table;
        this.links = links;
        this.remembered = remembered;
        links.networks(remembered.read());
        this.loop = loop;
        this.onChange = onChange;
    }

    /** Returns why the table is not loaded, as a sentence; empty if it is. May be called from any thread. */
    String unavailableReason() {
        return unavailableReason;
    }

    /** Takes over the table that an earlier agent left, or loads it if there is none. */
    void adopt(HostNetwork around) {
        guarded(() -> {
            listen();
            links.inherit(FirewallRules.links(table, nftables()));
            nftables()
                    .run(table.adopt(
                            around, ConnectionRules.counted(table, nftables()).ofAll()));
        });
    }

    /** Loads the table from scratch. If that fails, {@link #unavailableReason} says why. */
    void renew(HostNetwork around) {
        guarded(() -> load(around));
    }

    /** Loads the table as {@link #renew} does. */
    private void load(HostNetwork around) {
        listen();
        Change.Whole whole = links.whole();
        RuleBatches rules = RuleBatches.of(whole.all().firewalls());
        nftables().run(table.renew(around, whole.all().with(rules.first())));
        addLater(rules, around);
        links.done(whole);
    }

    /** Applies a change of what is around; to be called within {@link #guarded}. Loads the table if it is not loaded. */
    void follow(HostNetwork before, HostNetwork now) {
        if (!unavailableReason.isEmpty()) {
            load(now);
        } else if (now.equals(before)) {
            return;
        } else if (now.hasOtherPorts(before)) {
            nftables().run(table.replacePorts(now.pools()));
        } else {
            refresh(now);
        }
    }

    private void addLater(RuleBatches rules, HostNetwork around) {
        LinkCommands commands = new LinkCommands(table, around);
        rules.later().forEach(batch -> nftables().run(commands.rules(batch)));
    }

    /**
     * Replaces what a loaded table has, except what it has counted. If the table is not as this agent left it, it is loaded from scratch.
     */
    private void refresh(HostNetwork around) {
        Change.Whole whole = links.whole();
        RuleBatches rules = RuleBatches.of(whole.all().firewalls());
        try {
            Counted counted = ConnectionRules.counted(table, nftables());
            List<String> commands = new ArrayList<>(table.keep(around, counted.ofAll()));
            commands.addAll(new LinkCommands(table, around)
                    .replace(whole.all().with(rules.first()), whole.freed(), known(counted)));
            nftables().run(GuardTable.commands(commands));
            addLater(rules, around);
            links.done(whole);
        } catch (NftablesFailure changedByOthers) {
            load(around);
        }
    }

    /**
     * Returns what each of these rules of a jail has matched; empty if the table has other rules for it. May be called from any thread: it
     * has a connection of its own to the kernel, so that neither the guard's thread nor a start waits for it.
     */
    List<RuleCount> counts(JailId jail, Firewall rules) {
        OptionalInt link = links.linkWith(jail, rules);
        if (link.isEmpty()) {
            return List.of();
        }
        List<RuleCount> counts;
        synchronized (counting) {
            try (Nftables own = new Nftables()) {
                counts = FirewallRules.counts(
                        table, own, link.getAsInt(), rules.rules().size());
            } catch (NftablesFailure gone) {
                return List.of();
            }
        }
        // They may have been replaced meanwhile.
        return links.linkWith(jail, rules).equals(link) ? counts : List.of();
    }

    /** Sends what has changed about links of jails to the kernel. */
    void changeLinks(HostNetwork around) {
        guarded(() -> tellOfLinks(around));
    }

    /** Sets the networks of jails, for {@link #changeLinks} and for the next agent, which must not be more open than this one. */
    void networks(List<SharedNetwork> next) {
        remembered.keep(next);
        links.networks(next);
    }

    void remove() {
        guarded(() -> nftables().run(table.remove()));
    }

    /** Loads the table again if another program has changed it, or may have. */
    void hear(HostNetwork around) {
        if (changes != null && changes.heard(System.nanoTime())) {
            log.atWarn()
                    .addKeyValue("table", table.name())
                    .log("another program changed the rules that keep jails apart, or may have; they are restored");
            renew(around);
        }
    }

    /** Returns whether the kernel has reported changes of other tables since the last call. */
    boolean hasHeardOfOthers() {
        return changes != null && changes.heardOfOthers();
    }

    private void listen() {
        if (changes == null) {
            RulesetChanges listening = new RulesetChanges(table.name(), NetworkGuard.THREAD);
            changes = listening;
            watchKey = loop.whenReadable(listening.descriptor(), () -> {
                onChange.run();
                return REST_NANOS;
            });
        }
    }

    private void tellOfLinks(HostNetwork around) {
        Change change = links.change();
        LinkCommands commands = new LinkCommands(table, around);
        switch (change) {
            case Change.Whole(LinkElements all, Set<Integer> freed) -> {
                RuleBatches rules = RuleBatches.of(all.firewalls());
                nftables()
                        .run(GuardTable.commands(commands.replace(
                                all.with(rules.first()), freed, known(ConnectionRules.counted(table, nftables())))));
                addLater(rules, around);
            }
            case Change.Part part -> {
                if (!part.isEmpty()) {
                    RuleBatches rules = RuleBatches.of(part.come().firewalls());
                    nftables().run(commands.change(part.with(rules.first())));
                    addLater(rules, around);
                }
            }
        }
        links.done(change);
    }

    private KnownParts known(Counted counted) {
        return new KnownParts(
                counted.own(),
                FirewallRules.links(table, nftables()),
                NamedNetworks.numbers(table, nftables()),
                RateRules.links(table, nftables()));
    }

    Nftables nftables() {
        Nftables open = nftables;
        if (open == null) {
            open = new Nftables();
            nftables = open;
        }
        return open;
    }

    /** Runs changes in the kernel. If they fail, the table counts as not loaded, and the reason is kept. */
    void guarded(Runnable transaction) {
        String before = unavailableReason;
        try {
            transaction.run();
            unavailableReason = "";
        } catch (NftablesFailure | LinuxFailure | UncheckedIOException e) {
            links.failed();
            unavailableReason = String.valueOf(e.getMessage());
        }
        if (!unavailableReason.equals(before)) {
            log.atLevel(unavailableReason.isEmpty() ? Level.INFO : Level.WARN)
                    .addKeyValue("table", table.name())
                    .addKeyValue("reason", unavailableReason)
                    .log("the rules that keep jails apart were lost or restored");
        }
    }

    /** Stops listening. May be called from any thread. */
    void forget() {
        if (watchKey != 0) {
            loop.forget(watchKey);
        }
    }

    /** Closes the connections to the kernel. To be called after {@link #forget}. */
    @Override
    public void close() {
        if (changes != null) {
            changes.close();
        }
        if (nftables != null) {
            nftables.close();
        }
    }
}
