package dev.bailiwick.server.ssh;

import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.signin.ssh.SshSignIns;
import dev.bailiwick.server.account.signin.ssh.SshSignIns.Shown;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.forward.JailForwards.Prepared;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.session.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** A connection of a client: who it is, what it has begun, and which streams to hosts it has open. Thread-safe. */
final class Connection {

    private static final AttributeKey<Connection> KEY = new AttributeKey<>();

    /** What is said while the database is away. */
    static final String NO_DATABASE = "The database cannot be reached. Try again later.";

    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final int MAX_RECORDED = 1_000;
    private static final int MAX_LOGGED = 20;

    private final Session session;
    private final SshSignIns signIns;
    private final Semaphore room = new Semaphore(Bound.SSH_CHANNELS.value());
    private final Semaphore ports = new Semaphore(BoundedService.MAX_CHANNELS);
    private final Semaphore turns = new Semaphore(Bound.SSH_QUESTIONS.value(), true);
    private final AtomicInteger logged = new AtomicInteger();
    /** To which ports connections were recorded. */
    private final Set<String> recorded = ConcurrentHashMap.newKeySet();

    private final Set<ByteStream> streams = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Boolean mayTryKeys;
    private volatile @Nullable Shown shown;
    private volatile OpenStreams.@Nullable Place place;
    private volatile boolean hasEnded;

    private Connection(Session session, SshSignIns signIns) {
        this.session = session;
        this.signIns = signIns;
    }

    static void begin(Session session, SshSignIns signIns) {
        session.setAttribute(KEY, new Connection(session, signIns));
    }

    static Connection of(Session session) {
        return Optional.ofNullable(session.getAttribute(KEY)).orElseThrow();
    }

    /** Returns where it comes from. */
    Origin origin() {
        return Origin.of(
                session.getRemoteAddress() instanceof InetSocketAddress peer
                        ? peer.getAddress().getHostAddress()
                        : "",
                session.getClientVersion());
    }

    /** Counts the connection as one attempt with keys, however many it offers; returns whether they may be looked up. */
    boolean mayTryKeys() {
        Boolean known = mayTryKeys;
        if (known == null) {
            known = signIns.permitsKeys(origin());
            mayTryKeys = known;
        }
        return known;
    }

    /** Notes who the client says it is, which it proves later, or has proved. */
    void shown(Shown who) {
        shown = who;
    }

    /**
     * Makes an attempt to sign in. If it cannot be decided whether it is right, the connection ends with the reason.
     *
     * @return empty if it is not right
     */
    Optional<Shown> attempt(Supplier<Optional<Shown>> attempt) {
        try {
            return attempt.get();
        } catch (DataAccessException | TransactionException e) {
            refuse(NO_DATABASE);
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("signing in over SSH has failed");
            refuse("Something went wrong in Bailiwick.");
        }
        return Optional.empty();
    }

    private void refuse(String why) {
        hasEnded = true;
        try {
            session.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, why);
        } catch (IOException theClientHasLeft) {
            session.close(true);
        }
    }

    /**
     * Begins the work of a client that has proved who it is.
     *
     * @throws SshException if it cannot begin; its message is for the client, whose connection is to end
     */
    void signedIn(OpenStreams open) throws SshException {
        if (hasEnded || place != null) {
            throw new SshException(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, "The connection has ended");
        }
        Shown who = Optional.ofNullable(shown).orElseThrow();
        try {
            OpenStreams.Place taken = open.admit(who.caller(), who.credential(), this::withdrawn);
            place = taken;
            if (hasEnded) {
                // It may have ended before it had a place to leave.
                taken.close();
            }
            signIns.record(who, origin());
        } catch (TooManyStreams e) {
            hasEnded = true;
            throw new SshException(
                    SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS,
                    "You have too many connections, consoles and live pages open.");
        } catch (Failure e) {
            hasEnded = true;
            throw new SshException(SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS, e.detail());
        } catch (DataAccessException | TransactionException e) {
            hasEnded = true;
            throw new SshException(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, NO_DATABASE, e);
        }
    }

    /** Returns who has signed in. */
    Caller caller() {
        return Optional.ofNullable(shown).orElseThrow().caller();
    }

    SshLogin login() {
        return SshLogin.parse(session.getUsername());
    }

    /**
     * Takes room for a command or a transfer, which needs it until it has ended everywhere, even if its channel closes before. A client
     * could otherwise begin more and more by closing channels.
     *
     * @throws NotPossible if there is none
     */
    void takeRoom() throws NotPossible {
        if (!room.tryAcquire()) {
            throw new NotPossible("There are too many commands and transfers on this connection.");
        }
    }

    /** Gives back what {@link #takeRoom} has taken. */
    void leaveRoom() {
        room.release();
    }

    /**
     * Takes room for a connection to a port, which needs it until its thread has ended, even if its channel closes before it has opened.
     *
     * @return whether there was some
     */
    boolean takePort() {
        return ports.tryAcquire();
    }

    /** Gives back what {@link #takePort} has taken. */
    void leavePort() {
        ports.release();
    }

    /** Asks the database something of which a client can have many asked at once. Waits for a turn. */
    <T, X extends Exception> T ask(ScopedValue.CallableOp<T, X> question) throws X, InterruptedException {
        turns.acquire();
        try {
            return question.call();
        } finally {
            turns.release();
        }
    }

    /** Returns whether one more refusal is to be logged: a client can have any number of them. */
    boolean logsRefusal() {
        return logged.incrementAndGet() <= MAX_LOGGED;
    }

    /** Records that a port has accepted, unless it was recorded on this connection: many clients connect for each request. */
    void recordOnce(Prepared port, Runnable record) {
        String key = port.request().jail() + " " + port.target() + " "
                + port.request().port();
        if (!recorded.contains(key)) {
            record.run();
            if (recorded.size() >= MAX_RECORDED) {
                recorded.clear();
            }
            recorded.add(key);
        }
    }

    /** Ends a stream to a host together with the connection. */
    void carries(ByteStream stream) {
        streams.add(stream);
        if (hasEnded) {
            stream.close(StreamClosed.WITHDRAWN, "");
        }
    }

    void leaves(ByteStream stream) {
        streams.remove(stream);
    }

    /** Ends the connection, because its access was withdrawn or the server stops. Never blocks. */
    private void withdrawn() {
        hasEnded = true;
        // Before the client learns of it, nothing passes any more.
        streams.forEach(stream -> stream.close(StreamClosed.WITHDRAWN, ""));
        Thread.ofVirtual().name("ssh-withdrawn").start(() -> session.close(true));
    }

    /** The connection has ended. */
    void ended() {
        hasEnded = true;
        streams.forEach(ByteStream::close);
        OpenStreams.Place held = place;
        if (held != null) {
            held.close();
        }
    }
}
