package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.link.stream.StreamRefused;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.HostAnswer.SessionGone;
import dev.bailiwick.jail.question.HostAnswer.SessionOpened;
import dev.bailiwick.jail.question.HostAnswer.Sessions;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of commands in the jails of this host. They end with the agent. */
public final class ExecSessions implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ExecSessions.class);

    /** How long what a command wrote is kept after it has ended and the last viewer has left. */
    static final Duration KEPT = Duration.ofMinutes(10);

    /** How long a command that writes much waits for somebody to attach to it, and some seconds more. */
    static final Duration FOR_THE_FIRST = Duration.ofSeconds(10);

    /** How long a command runs that nobody is attached to. */
    static final Duration MAX_UNUSED = Duration.ofHours(24);

    static final int MAX_OF_JAIL = 8;
    private static final int MAX_OF_HOST = 128;
    private static final int MAX_VIEWERS = 16;
    private static final long SWEEP_SECONDS = 10;
    private static final Duration MAX_FAREWELL = Duration.ofSeconds(1);

    private final JailKernel kernel;
    private final Path directory;
    private final Clock clock;
    private final Map<ExecId, ExecSession> all = new ConcurrentHashMap<>();
    /** The places of sessions whose commands are about to begin, with their jails. Guards itself, and what is added to {@link #all}. */
    private final Map<ExecId, JailId> beginning = new HashMap<>();

    private boolean isStopping;
    private final List<Thread> threads = new ArrayList<>();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("exec-sweeper").factory());
    private final InitSessions inits;

    /** @param directory contains what commands have written; what is in it is deleted */
    public ExecSessions(JailKernel kernel, Path directory, Clock clock) throws IOException {
        this.kernel = kernel;
        this.directory = directory;
        this.clock = clock;
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        try (Stream<Path> left = Files.list(directory)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        this.inits = new InitSessions(directory, clock, sweeper);
        kernel.onConsole(inits);
        var _ = sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /** Has a command begin. Blocks until it has, up to some seconds. */
    public SessionOpened open(SessionStart start) {
        synchronized (beginning) {
            if (all.containsKey(start.id()) || beginning.containsKey(start.id())) {
                return new SessionOpened(Optional.empty());
            }
            if (isStopping || !hasPlace(start.jail())) {
                return refused(
                        "TooManySessions",
                        "there are " + MAX_OF_JAIL + " sessions in the jail already, or " + MAX_OF_HOST
                                + " on its host");
            }
            beginning.put(start.id(), start.jail());
        }
        try {
            return begin(start);
        } finally {
            synchronized (beginning) {
                beginning.remove(start.id());
            }
        }
    }

    private SessionOpened begin(SessionStart start) {
        try {
            OutputRing ring = new OutputRing(directory.resolve(start.id().toString()));
            CommandProcess process;
            try {
                process = kernel.begin(start);
            } catch (RuntimeException e) {
                ring.close();
                throw e;
            }
            ExecSession session = new ExecSession(start, process, ring, clock);
            boolean isWanted;
            synchronized (beginning) {
                isWanted = beginning.remove(start.id()) != null && !isStopping;
                all.put(start.id(), session);
            }
            Thread thread = Thread.ofPlatform().daemon().name("exec").unstarted(() -> run(session));
            synchronized (threads) {
                threads.removeIf(one -> !one.isAlive());
                thread.start();
                threads.add(thread);
            }
            if (!isWanted) {
                var _ = end(start.jail(), start.id());
            }
            return new SessionOpened(Optional.empty());
        } catch (KernelRefusal e) {
            return refused(e.reason(), e.detail());
        } catch (IOException e) {
            return refused("StorageFailed", e.toString());
        }
    }

    private static void run(ExecSession session) {
        try {
            session.run();
        } catch (RuntimeException e) {
            log.error("a session has ended because of a fault of the agent", e);
        }
    }

    private static SessionOpened refused(String reason, String why) {
        return new SessionOpened(Optional.of(new How.Refused(reason, why)));
    }

    /**
     * Returns whether a session can begin in a jail. One that has ended, and to which nobody is attached, gives its place up. The sessions of
     * other jails never keep a jail from its first.
     */
    private boolean hasPlace(JailId jail) {
        if (count(jail) >= MAX_OF_JAIL && !forgetOldest(of(jail))) {
            return false;
        }
        return all.size() + beginning.size() < MAX_OF_HOST || forgetOldest(all.values().stream()) || count(jail) == 0;
    }

    private long count(JailId jail) {
        return of(jail).count()
                + beginning.values().stream().filter(jail::equals).count();
    }

    private boolean forgetOldest(Stream<ExecSession> among) {
        Optional<ExecSession> oldest = among.filter(
                        session -> session.contents().hasEnded()
                                && session.contents().unused().isPresent())
                .min(Comparator.comparing(session -> session.contents().started()));
        oldest.ifPresent(this::forget);
        return oldest.isPresent();
    }

    private void forget(ExecSession session) {
        all.remove(session.id(), session);
        session.contents().forget();
    }

    private Stream<ExecSession> of(JailId jail) {
        return all.values().stream().filter(session -> session.jail().equals(jail));
    }

    private Optional<ExecSession> find(JailId jail, ExecId id) {
        return Optional.ofNullable(all.get(id)).filter(session -> session.jail().equals(jail));
    }

    /** Returns the sessions of a jail: that of its init, if it has a terminal, and those of commands, also if these have ended. */
    public Sessions list(JailId jail) {
        Stream<SessionState> commands = of(jail).sorted(Comparator.comparing(
                        (ExecSession session) -> session.contents().started()))
                .map(ExecSession::state);
        return new Sessions(Stream.concat(inits.of(jail).stream().map(InitSession::state), commands)
                .toList());
    }

    /** Kills the command of a session, and forgets the session, also if the command is about to begin. */
    public SessionGone end(JailId jail, ExecId id) {
        Optional<ExecSession> session;
        boolean isBeginning;
        synchronized (beginning) {
            isBeginning = beginning.remove(id, jail);
            session = find(jail, id);
        }
        session.ifPresent(one -> {
            one.kill("killed");
            forget(one);
        });
        return new SessionGone(isBeginning || session.isPresent());
    }

    /**
     * Attaches to a session, until it has ended or the viewer leaves.
     *
     * @throws StreamRefused if there is no such session, or too many are attached to it
     */
    public void attach(StreamRequest.Attach request, ByteStream stream) throws InterruptedException {
        Optional<InitSession> init = inits.find(request.jail(), request.session());
        if (init.isPresent()) {
            requireRoom(init.get().contents());
            init.get().attach(request.viewer(), request.offset(), stream);
            return;
        }
        ExecSession session = find(request.jail(), request.session())
                .orElseThrow(() -> new StreamRefused("gone", "there is no such session any more"));
        requireRoom(session.contents());
        session.attach(request.viewer(), request.offset(), stream);
    }

    private static void requireRoom(SessionContents contents) throws StreamRefused {
        if (contents.attached() >= MAX_VIEWERS) {
            throw new StreamRefused("overloaded", MAX_VIEWERS + " are attached to the session already");
        }
    }

    private void sweep() {
        all.values()
                .forEach(session -> session.contents().unused().ifPresent(unused -> {
                    if (session.contents().hasEnded() && unused.compareTo(KEPT) > 0) {
                        forget(session);
                    } else if (unused.compareTo(MAX_UNUSED) > 0) {
                        session.kill("unused");
                    } else if (unused.compareTo(FOR_THE_FIRST) > 0) {
                        session.contents().stopAwaiting();
                    }
                }));
    }

    /** Ends all sessions; no other begins. Returns once those who are attached know it, or after some seconds. */
    public void endAll() {
        synchronized (beginning) {
            isStopping = true;
        }
        all.values().forEach(session -> session.kill("agent-restarted"));
        inits.all().forEach(session -> session.end("agent-restarted"));
        List<Thread> running;
        synchronized (threads) {
            running = List.copyOf(threads);
        }
        try {
            for (Thread thread : running) {
                thread.join(Duration.ofSeconds(1));
            }
            long deadline = System.nanoTime() + MAX_FAREWELL.toNanos();
            for (ExecSession session : all.values()) {
                session.contents().awaitLeft(deadline);
            }
            for (InitSession session : inits.all()) {
                session.contents().awaitLeft(deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        endAll();
    }
}
