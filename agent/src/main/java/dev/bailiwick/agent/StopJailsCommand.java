package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops the jails of this host without an agent or a server: asks each jail to end, then kills those that still run. */
final class StopJailsCommand {

    private static final Logger log = LoggerFactory.getLogger(StopJailsCommand.class);

    private static final Duration TO_END = Duration.ofSeconds(10);
    private static final Duration TO_BE_KILLED = Duration.ofSeconds(10);

    private StopJailsCommand() {}

    /** @throws CommandFailed if an agent runs or a jail does not end */
    static void stop(HostLayout layout) throws IOException, InterruptedException {
        try (AgentLock lock = AgentLock.takeFrom(layout);
                JailKernel kernel = HostKernel.here().open(layout, Clock.systemUTC(), Set.of())) {
            System.out.println("Stopped: " + stop(kernel));
        }
    }

    /** @return the number of jails that ran */
    static int stop(JailLifecycle kernel) throws InterruptedException {
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
        running.forEach(jail -> attempt("asked to end", jail, kernel::terminate));
        if (!ends.tryAcquire(running.size(), TO_END.toSeconds(), TimeUnit.SECONDS)) {
            running.stream()
                    .filter(jail -> !ended.contains(jail))
                    .forEach(jail -> attempt("killed", jail, kernel::kill));
            boolean _ = ends.tryAcquire(running.size(), TO_BE_KILLED.toSeconds(), TimeUnit.SECONDS);
        }
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

    /** Logs a refusal, and goes on: a jail that cannot be asked is killed later, and a jail that cannot be killed is listed at the end. */
    private static void attempt(String what, JailId jail, Consumer<JailId> verb) {
        try {
            verb.accept(jail);
        } catch (KernelRefusal e) {
            log.warn("jail {} cannot be {}: {}", jail, what, e.detail());
        }
    }
}
