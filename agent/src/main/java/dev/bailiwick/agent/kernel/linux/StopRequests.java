package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.RunningJails.RunningJail;
import dev.bailiwick.agent.kernel.linux.StopRequest.Next;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.StopSignal;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The jails that were asked to end and have not ended yet. Looks at each of them regularly, because its processes change. */
final class StopRequests implements AutoCloseable {

    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** A look at a jail with thousands of processes takes long: one jail uses at most this fraction of the thread's time. */
    private static final int ONE_PART_OF = 20;

    private final Cgroups cgroups;
    private final RunningJails running;
    private final Map<JailId, StopRequest> latest = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("jail-stops").daemon().factory());

    StopRequests(Cgroups cgroups, RunningJails running) {
        this.cgroups = cgroups;
        this.running = running;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Asks a jail to end, and keeps asking until it has ended; does nothing if it has. */
    void send(JailId jail, StopSignal signal) {
        running.find(jail).ifPresent(found -> {
            StopRequest request = new StopRequest(cgroups, found.range(), found.initPid(), signal);
            latest.put(jail, request);
            look(jail, found, request);
        });
    }

    /** Returns the signal that a jail is asked with; empty if it was not asked, or has ended. */
    Optional<StopSignal> sent(JailId jail) {
        return Optional.ofNullable(latest.get(jail)).map(StopRequest::sent);
    }

    private void look(JailId jail, RunningJail found, StopRequest request) {
        long began = System.nanoTime();
        Optional<Next> next = found.process().copy().map(process -> {
            try (Descriptor init = process) {
                return request.look(init);
            }
        });
        long took = System.nanoTime() - began;
        next.ifPresentOrElse(
                what -> lookAgain(jail, found, request, delayNanos(what, took)), () -> latest.remove(jail, request));
    }

    private static long delayNanos(Next next, long tookNanos) {
        return switch (next) {
            case LOOK_SOON -> SOON_NANOS;
            case LOOK_LATER -> Math.max(LATER_NANOS, ONE_PART_OF * tookNanos);
        };
    }

    private void lookAgain(JailId jail, RunningJail found, StopRequest request, long delayNanos) {
        var _ = thread.schedule(
                () -> {
                    // Another request has replaced this one, or the jail has ended and was started again.
                    if (latest.get(jail) != request || !running.find(jail).equals(Optional.of(found))) {
                        latest.remove(jail, request);
                        return;
                    }
                    try {
                        look(jail, found, request);
                    } catch (LinuxFailure | UncheckedIOException e) {
                        // The jail's cgroup is removed while it ends. If it does not end, the next look fails too, and
                        // the jail is killed in time.
                        lookAgain(jail, found, request, LATER_NANOS);
                    }
                },
                delayNanos,
                TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
