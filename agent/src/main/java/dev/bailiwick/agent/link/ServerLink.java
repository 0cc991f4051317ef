package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.link.identity.Connections;
import dev.bailiwick.agent.link.identity.HostConnections;
import dev.bailiwick.agent.link.identity.Identity;
import dev.bailiwick.agent.link.state.DesiredStates;
import dev.bailiwick.agent.link.stream.StreamCarrier;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Observation;
import dev.bailiwick.protocol.v1.DenialsTaken;
import dev.bailiwick.protocol.v1.FiguresTaken;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's connection to its server. It connects, and connects again, until it is closed.
 *
 * <p>Threads: the thread {@code link} handles everything from the connection and writes everything to disk. So only
 * {@link PendingReports}, which any thread may fill, needs a lock. Answers to the server's questions may wait for a file system, so
 * they have a thread of their own.
 */
public final class ServerLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServerLink.class);

    private static final Duration BETWEEN_DENIALS = Duration.ofSeconds(5);

    /** How long {@link #close} waits until the server has acknowledged the last blocked calls. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** The maximum time between attempts to store the desired state. A disk may be full for a long time. */
    private static final Duration MAX_DELAY_OF_DISK = Duration.ofSeconds(30);

    private final Function<LinkThread, ManagedChannel> channels;
    private final Connections connections;
    private final LocalHost host;
    private final DenialLedger ledger = new DenialLedger();
    private final FigureLedger figures;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final LinkThread thread = new LinkThread(this::breakOff);
    private final QuestionThreads answering;
    private final StreamCarrier streams;
    private final ReportPump reports = new ReportPump(thread, this::flush);
    private final Reconnecting reconnecting = new Reconnecting(random);
    private final RetryDelay disk = new RetryDelay(random, MAX_DELAY_OF_DISK);
    private final CompletableFuture<DesiredStates> states;
    private Consumer<StateChange> changed = _ -> {};
    private Consumer<AddressPools> pools = _ -> {};
    private Consumer<List<SharedNetwork>> networks = _ -> {};
    private @Nullable LinkStream stream;
    private volatile boolean closed;
    /** Opens once the server has acknowledged all blocked calls, or is not connected. Used only after {@link #close}. */
    private final CountDownLatch lastTaken = new CountDownLatch(1);

    ServerLink(
            Function<LinkThread, ManagedChannel> channels,
            StreamCarrier.Opener streams,
            Connections connections,
            CompletableFuture<DesiredStates> states,
            LocalHost host) {
        this.channels = channels;
        this.connections = connections;
        this.host = host;
        this.figures = new FigureLedger(host.figures());
        this.streams = new StreamCarrier(streams, host.streams());
        this.answering = new QuestionThreads(new DialAnswers(host.answers(), this.streams));
        this.states = states;
    }

    /**
     * Creates a link that does not connect yet.
     *
     * @param states the result of {@link DesiredStates#read}
     */
    public static ServerLink of(Identity identity, CompletableFuture<DesiredStates> states, LocalHost host) {
        HostConnections connections = new HostConnections(identity);
        return new ServerLink(connections::open, connections::openForStreams, connections, states, host);
    }

    /**
     * Returns the desired state on this host's disk, or {@link DesiredState#NONE}. Waits until it has been read. To be called before
     * {@link #start}.
     *
     * @throws UncheckedIOException if there is a desired state that cannot be read at all
     */
    public DesiredState desired() {
        try {
            return states().kept();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException unreadable ? unreadable : e;
        }
    }

    /** Sets the listener for the addresses that jails can have; it must not block. To be called before {@link #start}. */
    public void onPools(Consumer<AddressPools> listener) {
        this.pools = listener;
    }

    /** Sets the listener for the networks of jails; it must not block. To be called before {@link #start}. */
    public void onNetworks(Consumer<List<SharedNetwork>> listener) {
        this.networks = listener;
    }

    /**
     * Begins to connect.
     *
     * @param changed called with each change of the desired state, after it is durable; must not block
     * @throws IOException if the identity cannot be used
     */
    public void start(Consumer<StateChange> changed) throws IOException {
        this.changed = changed;
        connections.prepare();
        thread.execute(this::connect);
        thread.after(BETWEEN_DENIALS, this::collectDenials);
    }

    void pools(AddressPools next) {
        pools.accept(next);
    }

    void networks(List<SharedNetwork> next) {
        networks.accept(next);
    }

    /**
     * Reports the state of an object to the server, now or once it is connected. Only the latest report of each object is sent.
     * Never blocks.
     */
    public void report(Observation observation) {
        reports.report(observation);
    }

    private void collectDenials() {
        thread.after(BETWEEN_DENIALS, this::collectDenials);
        ledger.add(host.denials().get());
        flush();
        if (stream != null) {
            stream.lookAtHost();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        reports.pending().tellAllAgain();
        ledger.sendAgain();
        figures.sendAgain();
        LinkStream opened = new LinkStream(channels.apply(thread), this);
        stream = opened;
        opened.open();
    }

    /** Notes that the server has answered the greeting. */
    void welcomed() {
        reconnecting.welcomed();
        flush();
    }

    /** Connects again after a wait, or completes {@link #close}. Called once for each stream, when it has ended for any reason. */
    void ended(LinkStream which, Status status) {
        if (stream != which) {
            return;
        }
        stream = null;
        if (closed) {
            lastTaken.countDown();
            return;
        }
        thread.after(reconnecting.waitAfter(which, status), this::connect);
    }

    /** Sends pending reports and blocked calls. Those that the connection cannot take now remain pending until it is ready again. */
    void flush() {
        reports.beginFlush();
        LinkStream open = stream;
        while (open != null && open.isReady()) {
            var batch = reports.pending().take();
            if (batch.isEmpty()) {
                ledger.take().ifPresent(open::send);
                figures.take().ifPresent(open::send);
                return;
            }
            open.send(batch.get());
        }
    }

    /** Returns the desired states, which only the link's thread may use. Waits until they have been read. */
    DesiredStates states() {
        return states.join();
    }

    PendingReports pending() {
        return reports.pending();
    }

    void taken(DenialsTaken answer) {
        ledger.taken(answer);
        flush();
        if (closed && ledger.isEmpty()) {
            lastTaken.countDown();
        }
    }

    void taken(FiguresTaken answer) {
        figures.taken(answer);
        flush();
    }

    void tell(StateChange change) {
        changed.accept(change);
    }

    /** Returns how long to wait before the next attempt to store the desired state. */
    RetryDelay disk() {
        return disk;
    }

    LinkThread thread() {
        return thread;
    }

    QuestionThreads answering() {
        return answering;
    }

    StreamCarrier streams() {
        return streams;
    }

    RandomGenerator random() {
        return random;
    }

    LocalHost host() {
        return host;
    }

    /**
     * Disconnects from the server. First sends the blocked calls since the last message about them, because a later agent does not
     * know them. Reports that are not sent yet are lost: the next agent reports everything again.
     */
    @Override
    public void close() {
        closed = true;
        thread.execute(this::tellLastDenials);
        answering.close();
        streams.close();
        try {
            if (!lastTaken.await(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.info("the server has not acknowledged all blocked calls");
            }
            thread.execute(this::breakOff);
            thread.close();
            connections.close();
            if (!states.isCompletedExceptionally()) {
                states().close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tellLastDenials() {
        if (stream != null) {
            ledger.add(host.denials().get());
            flush();
        }
        if (stream == null || ledger.isEmpty()) {
            lastTaken.countDown();
        }
    }

    private void breakOff() {
        if (stream != null) {
            stream.close();
        }
    }
}
