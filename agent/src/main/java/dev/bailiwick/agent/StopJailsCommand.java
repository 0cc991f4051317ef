package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.link.state.DesiredStates;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.process.StopMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the jails of this host without an agent or a server: asks each jail to end, as its last known definition says, and kills each
 * that still runs when its time is up.
 */
final class StopJailsCommand {

    private static final Logger log = LoggerFactory.getLogger(StopJailsCommand.class);

    private static final Duration TO_BE_KILLED = Duration.ofSeconds(10);

    private StopJailsCommand() {}

    /** @throws CommandFailed if an agent runs or a jail does not end */
    static void stop(HostLayout layout) throws IOException, InterruptedException {
        try (AgentLock lock = AgentLock.takeFrom(layout);
                DesiredStates states =
                        DesiredStates.read(layout.stateDirectory()).join();
                JailKernel kernel = HostKernel.here().open(layout)) {
            System.out.println("Stopped: " + stop(kernel, methods(states.kept())));
        }
    }

    private static Map<JailId, StopMethod> methods(DesiredState state) {
        Map<JailId, StopMethod> methods = new HashMap<>();
        for (DesiredObject desired : state.objects().values()) {
            switch (desired) {
                case DesiredJail.Present kept ->
                    methods.put(kept.id(), kept.definition().stop());
                case DesiredJail.Removed removed -> methods.put(removed.id(), removed.stop());
            }
        }
        return methods;
    }

    /**
     * @param methods how jails are stopped; a jail that is missing is stopped as by default
     * @return the number of jails that ran
     */
    static int stop(JailLifecycle kernel, Map<JailId, StopMethod> methods) throws InterruptedException {
        Semaphore ends = new Semaphore(0);
        Set<JailId> ended = ConcurrentHashMap.newKeySet();
        kernel.onEnd(end -> {
            ended.add(end.jail());
            ends.release();
        });
        List<ObservedJail> jails = kernel.observe();
        List<JailId> running = jails.stream()
                .filter(ObservedJail::isRunning)
                .map(ObservedJail::id)
                .toList();
        Map<JailId, Duration> patience = new HashMap<>();
        running.forEach(jail -> {
            StopMethod method = methods.getOrDefault(jail, StopMethod.DEFAULT);
            patience.put(jail, method.timeout());
            attempt("asked to end", jail, asked -> kernel.terminate(asked, method.signal()));
        });
        long asked = System.nanoTime();
        List<Duration> deadlines =
                patience.values().stream().distinct().sorted().toList();
        int awaited = running.size();
        for (Duration deadline : deadlines) {
            while (awaited > 0 && ends.tryAcquire(left(asked, deadline), TimeUnit.NANOSECONDS)) {
                awaited--;
            }
            running.stream()
                    .filter(jail ->
                            patience.getOrDefault(jail, Duration.ZERO).equals(deadline) && !ended.contains(jail))
                    .forEach(jail -> attempt("killed", jail, kernel::kill));
        }
        boolean _ = ends.tryAcquire(awaited, TO_BE_KILLED.toSeconds(), TimeUnit.SECONDS);
        List<JailId> left =
                running.stream().filter(jail -> !ended.contains(jail)).toList();
        jails.stream()
                .map(ObservedJail::id)
                .filter(jail -> !left.contains(jail))
                .forEach(kernel::release);
        if (!left.isEmpty()) {
            throw new CommandFailed("These jails did not end: " + left);
        }
        return running.size();
    }

    private static long left(long sinceNanos, Duration deadline) {
        return deadline.toNanos() - (System.nanoTime() - sinceNanos);
    }

    /** Logs a refusal, and goes on: a jail that cannot be asked is killed later, and a jail that cannot be killed is listed at the end. */
    private static void attempt(String what, JailId jail, Consumer<JailId> verb) {
        try {
            verb.accept(jail);
        } catch (KernelRefusal e) {
            log.warn("jail {} cannot be {}: {}", jail, what, e.detail());
        }
    }
}
