package dev.bailiwick.agent.kernel.linux.metric;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.agent.kernel.JailMetrics.Reader;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the metrics of jails. It opens the files of a jail once and reads all of them into one buffer, so that a sample of a jail allocates
 * nothing. If there are so many jails that their files would need half of the agent's descriptors, those of the others are opened for each
 * sample.
 */
public final class Sampler implements AutoCloseable {

    /** More jails than end between two samples; beyond, their last seconds are not counted. */
    private static final int MAX_ENDED = 10_000;

    private final Cgroups cgroups;
    private final JailNetwork network;
    private final Clock clock;
    private final List<MeteredFile> ofCgroup;
    private final List<MeteredFile> ofLink = MeteredFile.ofLink();
    private final String boot = Sysctl.read("kernel/random/boot_id");
    private final long maxOpen = Linux.hardLimit(Constants.RLIMIT_NOFILE) / 2;

    /** All below are guarded by this. */
    private final SampleBuffer buffer = new SampleBuffer();

    private final long[] values = new long[Metric.values().length];
    private final Map<JailId, Metered> metered = new HashMap<>();
    private List<LastReading> ended = new ArrayList<>();
    private long open;
    private long round;

    /** What of a jail is open. */
    private static final class Metered {

        private final IdRange range;
        private Optional<MeteredRun> cgroup = Optional.empty();
        private Optional<MeteredRun> link = Optional.empty();
        private boolean hadLink;
        private long round;

        private Metered(IdRange range) {
            this.range = range;
        }
    }

    /** What was read of a jail before its cgroup was removed. */
    private static final class LastReading {

        private final JailId jail;
        private final Run run;
        private final long[] values;

        private LastReading(JailId jail, Run run, long[] values) {
            this.jail = jail;
            this.run = run;
            this.values = values;
        }
    }

    public Sampler(Cgroups cgroups, JailNetwork network, Clock clock) {
        this.cgroups = cgroups;
        this.network = network;
        this.clock = clock;
        this.ofCgroup = MeteredFile.ofCgroup(cgroups.disk());
    }

    /** Begins a round of samples: hands over the last readings of jails that have ended. */
    public void begin(Reader reader) {
        List<LastReading> last;
        synchronized (this) {
            round++;
            last = ended;
            if (!last.isEmpty()) {
                ended = new ArrayList<>();
            }
        }
        last.forEach(reading -> reader.read(reading.jail, reading.run, reading.values));
    }

    /** Reads the metrics of one running jail. A jail whose files cannot be opened now is left out. */
    public synchronized void sample(JailId jail, IdRange range, Reader reader) {
        Metered one = metered.get(jail);
        if (one == null || !one.range.equals(range)) {
            if (one != null) {
                close(one);
            }
            one = new Metered(range);
            metered.put(jail, one);
        }
        one.round = round;
        try {
            open(one);
        } catch (LinuxFailure | UncheckedIOException | IllegalStateException e) {
            // The other jails, and the next round, must not pay for it.
            close(one);
            return;
        }
        one.cgroup = read(jail, one.cgroup, reader);
        one.link = read(jail, one.link, reader);
        if (open > maxOpen) {
            close(one);
        }
    }

    /** Ends a round: closes the files of jails that were not sampled in it. */
    public synchronized void end() {
        metered.values().removeIf(one -> {
            if (one.round == round) {
                return false;
            }
            close(one);
            return true;
        });
    }

    /**
     * Reads the cgroup of a jail without processes for the last time. To be called before the cgroup is removed, which does not depend on
     * it: if it cannot be read now, the last ten seconds are not counted.
     */
    public synchronized void last(JailId jail, IdRange range) {
        Metered one = Optional.ofNullable(metered.remove(jail))
                .filter(known -> known.range.equals(range))
                .orElseGet(() -> new Metered(range));
        try {
            if (one.cgroup.isEmpty()) {
                one.cgroup = openCgroup(range);
            }
            read(jail, one.cgroup, (_, run, read) -> {
                if (ended.size() < MAX_ENDED) {
                    ended.add(new LastReading(jail, run, read.clone()));
                }
            });
        } catch (LinuxFailure | UncheckedIOException | IllegalStateException e) {
            close(one);
            return;
        }
        close(one);
    }

    private void open(Metered one) {
        if (one.cgroup.isEmpty()) {
            one.cgroup = openCgroup(one.range);
        }
        if (one.link.isEmpty() && one.cgroup.isPresent()) {
            // Whoever creates a link again does so after the last sample of the previous one.
            long began = one.hadLink ? clock.millis() : one.cgroup.get().run().beganAtMillis();
            one.link = counted(MeteredRun.open(network.statisticsOf(one.range), ofLink, boot, began));
            one.hadLink |= one.link.isPresent();
        }
    }

    private Optional<MeteredRun> openCgroup(IdRange range) {
        Path directory = cgroups.directoryOf(range);
        return cgroups.markOf(range)
                .map(JailMark::startedAtMillis)
                .flatMap(began -> counted(MeteredRun.open(directory, ofCgroup, boot, began)));
    }

    private Optional<MeteredRun> counted(Optional<MeteredRun> opened) {
        opened.ifPresent(run -> open += run.size());
        return opened;
    }

    /** Returns the run if it goes on. */
    private Optional<MeteredRun> read(JailId jail, Optional<MeteredRun> run, Reader reader) {
        if (run.isEmpty()) {
            return run;
        }
        Arrays.fill(values, ABSENT);
        if (run.get().read(buffer, values)) {
            reader.read(jail, run.get().run(), values);
            return run;
        }
        close(run.get());
        return Optional.empty();
    }

    private void close(Metered one) {
        one.cgroup.ifPresent(this::close);
        one.link.ifPresent(this::close);
        one.cgroup = Optional.empty();
        one.link = Optional.empty();
    }

    private void close(MeteredRun run) {
        open -= run.size();
        run.close();
    }

    @Override
    public synchronized void close() {
        metered.values().forEach(this::close);
        metered.clear();
        buffer.close();
    }
}
