package dev.bailiwick.agent.training;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.StepTiming;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A kernel that exists only in memory, for a training run. */
final class TrainingKernel implements JailKernel {

    private final Map<JailId, ObservedJail> jails = new ConcurrentHashMap<>();
    private volatile Consumer<JailEnd> listener = end -> {};

    @Override
    public HostFacts facts() {
        return new HostFacts(
                "0", "x86_64", "training", 1, 1, "0", "/jails", List.of(HostFacts.Capability.available("userns")));
    }

    @Override
    public List<ObservedJail> observe() {
        return List.copyOf(jails.values());
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return Optional.empty();
    }

    @Override
    public void check(JailId jail, JailDefinition definition) {}

    @Override
    public Started start(
            JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
        ObservedJail started = new ObservedJail(jail, generation, fingerprint, OptionalInt.of(1), Instant.now());
        jails.put(jail, started);
        return new Started(started, List.of(new StepTiming("training", 0, 1)));
    }

    @Override
    public void confirm(JailId jail, long generation, String owner) {}

    @Override
    public void adjust(JailId jail, JailDefinition definition) {}

    @Override
    public void terminate(JailId jail, StopSignal signal) {
        listener.accept(new JailEnd(jail, Optional.of(new JailEnd.Ending.Exited(0))));
    }

    @Override
    public void kill(JailId jail) {}

    @Override
    public void release(JailId jail) {
        jails.remove(jail);
    }

    @Override
    public void keepFiles(JailId jail, String owner) {}

    @Override
    public FilesReport files() {
        return FilesReport.NONE;
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {}

    @Override
    public List<Denial> denials() {
        return List.of();
    }

    @Override
    public void onEnd(Consumer<JailEnd> toTell) {
        listener = toTell;
    }

    @Override
    public void close() {}
}
