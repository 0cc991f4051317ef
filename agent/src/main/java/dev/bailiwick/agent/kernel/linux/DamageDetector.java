package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.LinkEvents;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Detects damage of running jails, from events of the kernel and by inspection, and has it repaired. */
final class DamageDetector implements AutoCloseable {

    private final KernelParts parts;
    private final RunningJails running;
    private final Upkeep upkeep;
    private final LinkEvents linkEvents = new LinkEvents();
    private final long linkEventsKey;
    private volatile Consumer<JailId> listener = jail -> {};
    /** The programs that were complete at the last inspection. */
    private volatile Set<String> wholePrograms = Set.of();

    DamageDetector(KernelParts parts, RunningJails running) {
        this.parts = parts;
        this.running = running;
        this.upkeep = new Upkeep(parts.network(), parts.cgroups(), parts.guard());
        this.linkEventsKey = parts.ends().whenReadable(linkEvents.socket(), this::readLinkEvents);
    }

    void onDamage(Consumer<JailId> listener) {
        this.listener = listener;
    }

    /** @throws KernelRefusal if a part is missing and cannot be restored; names the part */
    List<String> mend(JailId jail, JailDefinition definition) {
        Optional<RunningJails.RunningJail> found = running.find(jail);
        if (found.isEmpty()) {
            return List.of();
        }
        Needs needs = Needs.of(definition);
        found.get().needs(needs);
        return upkeep.mend(found.get().range(), found.get().initPid(), needs);
    }

    /** See {@link LinuxKernel#adjust}. */
    void adjust(JailId jail, JailDefinition definition) {
        running.find(jail).ifPresent(found -> {
            if (!found.needs().map(Needs::addresses).equals(Optional.of(definition.addresses()))) {
                upkeep.readdress(found.range(), found.initPid(), definition);
            }
            // What it needs changes with it, so that an inspection does not take the new limits for damage.
            found.needs(Needs.of(definition));
            upkeep.adjust(found.range(), found.initPid(), definition);
        });
    }

    /** Inspects all running jails. */
    void inspect() {
        running.all().entrySet().parallelStream().forEach(entry -> {
            RunningJails.RunningJail jail = entry.getValue();
            if (jail.needs()
                    .filter(needs -> upkeep.isDamaged(jail.range(), jail.initPid(), needs))
                    .isPresent()) {
                listener.accept(entry.getKey());
            }
        });
    }

    /** Reports jails whose programs are missing. Such a jail does not end, and no event shows the damage. */
    void inspectPrograms() {
        parts.files().programs().ifPresent(programs -> {
            if (programs.hasOthers()) {
                programs.keepOnly(parts.cgroups().borrowedPrograms());
            }
            Set<String> whole = programs.whole();
            if (!whole.containsAll(wholePrograms)) {
                running.all().forEach((jail, found) -> {
                    if (found.needs().filter(Needs::borrowsPrograms).isPresent()) {
                        listener.accept(jail);
                    }
                });
            }
            wholePrograms = whole;
        });
    }

    private long readLinkEvents() {
        linkEvents.read(new LinkEvents.Reader() {
            @Override
            public void lost(IdRange range) {
                if (!parts.sandboxes().lost(range)) {
                    parts.idRanges()
                            .jailOf(range.first())
                            .filter(jail -> running.find(jail).isPresent())
                            .ifPresent(listener);
                }
            }

            @Override
            public void missed() {
                running.all().keySet().forEach(listener);
            }
        });
        return 0;
    }

    /** Stops to report. A read that is in progress still completes. */
    void stop() {
        parts.ends().forget(linkEventsKey);
    }

    /**
     * Must be called after the loop of {@link KernelParts#ends} has been closed: its thread may still read into memory that is freed
     * here.
     */
    @Override
    public void close() {
        linkEvents.close();
    }
}
