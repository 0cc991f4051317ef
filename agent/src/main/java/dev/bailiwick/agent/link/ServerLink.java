package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.Observation;
import dev.bailiwick.protocol.v1.DenialsTaken;
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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The agent's standing connection to its server: dials, and dials again for as long as it lives.
 *
 * <p>Threads: one, {@code link}, runs all that comes of the connection and all that is written to disk, so nothing here needs a
 * lock but the {@link PendingReports}, which any thread may fill. Answers to the server's questions may wait for a file system, and so
 * have a thread of their own.
 */
public final class ServerLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServerLink.class);

    private static final Duration BETWEEN_DENIALS = Duration.ofSeconds(5);

    /** How long the end of the agent waits for the server to take what jails were refused last. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** Because all is to converge within five seconds of a server's return. */
    private static final Duration MAX_DELAY = Duration.ofSeconds(2);

    /** A stream that ends sooner after the server's greeting has not succeeded: the next may end for the same reason. */
    private static final Duration STEADY = Duration.ofSeconds(10);

    /** Each new stream costs the server a report of every jail. */
    private static final Duration MAX_DELAY_OF_UNSTEADY = Duration.ofSeconds(30);

    /** Between attempts to store the desired state: a disk may be full for long. */
    private static final Duration MAX_DELAY_OF_DISK = Duration.ofSeconds(30);

    private final Function<LinkThread, ManagedChannel> channels;
    private final Connections connections;
    private final String version;
    private final Supplier<HostFacts> facts;
    private final Supplier<List<Denial>> denials;
    private final Supplier<FilesReport> files;
    private final DenialLedger ledger = new DenialLedger();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final LinkThread thread = new LinkThread(this::breakOff);
    private final AnsweringThread answering;
    private final ReportPump reports = new ReportPump(thread, this::flush);
    private final RetryDelay reconnect = new RetryDelay(random, MAX_DELAY);
    private final RetryDelay unsteady = new RetryDelay(random, MAX_DELAY_OF_UNSTEADY);
    private final RetryDelay disk = new RetryDelay(random, MAX_DELAY_OF_DISK);
    private final CompletableFuture<DesiredStates> states;
    private Consumer<StateChange> changed = _ -> {};
    private Consumer<AddressPools> pools = _ -> {};
    private @Nullable LinkStream stream;
    private boolean away;
    private volatile boolean closed;
    /** Opens when the server has taken all that jails were refused, or is not there to take it; of use once closed. */
    private final CountDownLatch lastTaken = new CountDownLatch(1);

    /** What the connections share and is to be given back at the end. */
    interface Connections {
        void close();

        /**
         * Makes what the first of them needs and takes a while.
         *
         * @throws IOException if the identity cannot be used
         */
        default void prepare() throws IOException {}
    }

    ServerLink(
            Function<LinkThread, ManagedChannel> channels,
            Connections connections,
            CompletableFuture<DesiredStates> states,
            String version,
            Supplier<HostFacts> facts,
            HostAnswers answers,
            Supplier<List<Denial>> denials,
            Supplier<FilesReport> files) {
        this.channels = channels;
        this.connections = connections;
        this.version = version;
        this.facts = facts;
        this.answering = new AnsweringThread(answers);
        this.denials = denials;
        this.files = files;
        this.states = states;
    }

    /**
     * A link that does not dial yet.
     *
     * @param states what {@link DesiredStates#read} is about to find
     * @param version of this agent, for the server to show
     * @param facts asked when the link is made and every few seconds after that; the link is made again when they change
     * @param answers what only this host knows, when the server asks for it
     * @param denials what jails were refused since it was asked last; asked every few seconds
     * @param files which files removed jails have left; asked with every heartbeat
     */
    public static ServerLink of(
            Identity identity,
            CompletableFuture<DesiredStates> states,
            String version,
            Supplier<HostFacts> facts,
            HostAnswers answers,
            Supplier<List<Denial>> denials,
            Supplier<FilesReport> files) {
        HostConnections connections = new HostConnections(identity);
        return new ServerLink(connections::open, connections, states, version, facts, answers, denials, files);
    }

    /**
     * The desired state on this host's disk, as soon as it is read; {@link DesiredState#NONE} where there is none. To be
     * called before {@link #start}.
     *
     * @throws UncheckedIOException if it is there and cannot be read at all
     */
    public DesiredState desired() {
        try {
            return states().kept();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException unreadable ? unreadable : e;
        }
    }

    /** Called with the addresses that jails can have; must not block. To be called before {@link #start}. */
    public void onPools(Consumer<AddressPools> listener) {
        this.pools = listener;
    }

    /**
     * Begins to dial.
     *
     * @param changed told in what a desired state that is durable differs from the one told before; must not block
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

    /** Takes what is true of an object to the server, now or as soon as it can be reached; the latest of each. Never blocks. */
    public void report(Observation observation) {
        reports.report(observation);
    }

    private void collectDenials() {
        thread.after(BETWEEN_DENIALS, this::collectDenials);
        ledger.add(denials.get());
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
        LinkStream opened = new LinkStream(channels.apply(thread), this);
        stream = opened;
        opened.open();
    }

    /** The server is there and has greeted. */
    void welcomed() {
        reconnect.reset();
        away = false;
        flush();
    }

    /** Called once for each stream, whatever ended it. */
    void ended(LinkStream which, Status status) {
        if (stream != which) {
            return;
        }
        stream = null;
        if (closed) {
            lastTaken.countDown();
            return;
        }
        Duration wait = waitAfter(which);
        log.atLevel(away ? Level.DEBUG : Level.INFO)
                .addKeyValue("status", status.getCode())
                .addKeyValue("reason", String.valueOf(status.getDescription()))
                .addKeyValue("againInMillis", wait.toMillis())
                .log("disconnected from the server, retrying");
        away = true;
        thread.after(wait, this::connect);
    }

    private Duration waitAfter(LinkStream ended) {
        if (ended.wasSteadyFor(STEADY)) {
            unsteady.reset();
        }
        return ended.wasWelcomed() ? unsteady.next() : reconnect.next();
    }

    /** What does not fit into the connection now stays pending until the connection is ready again. */
    void flush() {
        reports.beginFlush();
        LinkStream open = stream;
        while (open != null && open.isReady()) {
            var batch = reports.pending().take();
            if (batch.isEmpty()) {
                ledger.take().ifPresent(open::send);
                return;
            }
            open.send(batch.get());
        }
    }

    /** Read before anything else on the link's thread, whose they are. */
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

    void tell(StateChange change) {
        changed.accept(change);
    }

    /** How long to wait before the desired state is to be stored again. */
    RetryDelay disk() {
        return disk;
    }

    LinkThread thread() {
        return thread;
    }

    AnsweringThread answering() {
        return answering;
    }

    RandomGenerator random() {
        return random;
    }

    String version() {
        return version;
    }

    HostFacts facts() {
        return facts.get();
    }

    FilesReport files() {
        return files.get();
    }

    /**
     * Leaves the server. It first sends the blocked calls since the last message about them, which no later agent knows. Reports
     * that are not sent yet are lost: the next agent will report everything again.
     */
    @Override
    public void close() {
        closed = true;
        thread.execute(this::tellLastDenials);
        answering.close();
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
            ledger.add(denials.get());
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
