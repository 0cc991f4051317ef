package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.RunningJails.RunningJail;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent looks at now and then. */
record Inspection(KernelParts parts, RunningJails running, DamageDetector damage) {

    private static final Logger log = LoggerFactory.getLogger(Inspection.class);

    /** Looks at everything, also if a part fails; throws the first failure afterwards. */
    void run() {
        Optional<RuntimeException> failure = Optional.empty();
        for (Runnable part : List.<Runnable>of(
                this::refreshFiles, damage::inspect, parts.oom()::reportDue, parts.lxcfs()::look, this::mendFigures)) {
            try {
                part.run();
            } catch (RuntimeException e) {
                failure.ifPresent(first -> first.addSuppressed(e));
                failure = failure.or(() -> Optional.of(e));
            }
        }
        failure.ifPresent(first -> {
            throw first;
        });
    }

    private void refreshFiles() {
        parts.files().refreshThinBase();
        parts.files().deleteUnusedLayers(parts.cgroups()::usedLayers);
    }

    /** Gives the jails the files of the lxcfs that serves. */
    private void mendFigures() {
        running.all().values().parallelStream().forEach(this::mendFigures);
    }

    private void mendFigures(RunningJail jail) {
        Optional<Descriptor> process = jail.process().copy();
        if (process.isEmpty()) {
            return; // It has ended.
        }
        try (Descriptor init = process.get()) {
            parts.lxcfs().mend(jail.initPid(), init);
        } catch (LinuxFailure | UncheckedIOException e) {
            // It may have ended; otherwise the next inspection tries again.
            if (ProcessTimes.hasNamespaces(jail.initPid())) {
                log.atWarn().addKeyValue("range", jail.range().number()).log("figures in /proc: {}", e.getMessage());
            }
        }
    }
}
