package dev.bailiwick.server.account.stream;

import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * The streams that are open to callers. Each is admitted, counted, and ended within two seconds after its caller may no longer open
 * it. One query checks all streams of this replica: at each notification that access was withdrawn, and each second in any case,
 * which covers lost notifications and expired credentials.
 *
 * <p>INVARIANT: a stream is registered before it is checked, and each check covers all registered streams. So a stream that was
 * admitted while its access was being withdrawn is ended by the next check.
 */
@Component
public class OpenStreams implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(OpenStreams.class);
    private static final Duration SWEEP = Duration.ofSeconds(1);

    /** After so long without the database, withdrawals may have been missed, and all streams are ended. */
    private static final Duration MAX_UNCERTAINTY = Duration.ofSeconds(10);

    private final Map<Long, Stream> open = new ConcurrentHashMap<>();
    private final Map<UserId, Integer> ofUsers = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Signal questions = new Signal();
    private final JdbcClient jdbc;
    private final Clock clock;
    private volatile @Nullable Thread sweeper;
    private volatile boolean stopped;
    private volatile boolean isUncertain;

    OpenStreams(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** The place of a stream among the open streams, until it is closed. */
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** @param counted whose streams it is one of, if their number is bounded here */
    private record Stream(Caller caller, Credential credential, Runnable end, Optional<UserId> counted) {}

    /**
     * Registers a stream.
     *
     * @param end ends the stream; is called once or more and must not block. The caller closes the place in any case
     * @throws TooManyStreams if this user, or all users together, have the maximum number of streams open
     * @throws ServerStopping after {@link #stop}: a browser whose stream ends opens the next one on the same connection
     */
    public Place admit(Caller caller, Credential credential, Runnable end) {
        return admit(new Stream(caller, credential, end, Optional.of(caller.user())));
    }

    /**
     * Registers a stream as {@link #admit} does, beside those that are counted for its user: the number of such streams is bounded elsewhere.
     *
     * @throws TooManyStreams if all users together have the maximum number of streams open
     */
    public Place admitBeside(Caller caller, Credential credential, Runnable end) {
        return admit(new Stream(caller, credential, end, Optional.empty()));
    }

    private Place admit(Stream stream) {
        stream.counted().ifPresent(user -> ofUsers.merge(user, 1, Integer::sum));
        long number = numbers.incrementAndGet();
        open.put(number, stream);
        Place place = () -> leave(number);
        if (stopped) {
            place.close();
            throw new ServerStopping();
        }
        boolean hasMany = stream.counted()
                .filter(user -> ofUsers.getOrDefault(user, 0) > Bound.STREAMS_OF_A_USER.value())
                .isPresent();
        if (hasMany || open.size() > Bound.STREAMS.value()) {
            place.close();
            throw new TooManyStreams();
        }
        return place;
    }

    private void leave(long number) {
        Stream left = open.remove(number);
        if (left != null) {
            left.counted()
                    .ifPresent(user -> ofUsers.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1));
        }
    }

    /** Requests a check of all open streams, on another thread. */
    public void recheck() {
        questions.raise();
    }

    /** Returns whether streams end because nobody can say whether access to them was withdrawn. */
    public boolean isUncertain() {
        return isUncertain;
    }

    /** Ends all open streams. */
    public void endAll() {
        open.values().forEach(stream -> stream.end().run());
    }

    /** Stops before the web server, which waits for its open requests; starts after the database's notifications. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 100;
    }

    @Override
    public void start() {
        stopped = false;
        Thread thread = Thread.ofPlatform().name("open-streams").daemon().unstarted(this::sweep);
        sweeper = thread;
        thread.start();
    }

    @Override
    public void stop() {
        Thread thread = sweeper;
        sweeper = null;
        if (thread != null) {
            thread.interrupt();
        }
        stopped = true;
        endAll();
    }

    @Override
    public boolean isRunning() {
        return sweeper != null;
    }

    private void sweep() {
        long answered = System.nanoTime();
        while (sweeper == Thread.currentThread()) {
            try {
                boolean _ = questions.await(SWEEP);
                List<Stream> withdrawn = withdrawn();
                isUncertain = false;
                withdrawn.forEach(OpenStreams::endWithdrawn);
                answered = System.nanoTime();
            } catch (InterruptedException e) {
                return;
            } catch (DataAccessException | TransactionException e) {
                if (System.nanoTime() - answered > MAX_UNCERTAINTY.toNanos() && !open.isEmpty()) {
                    log.atWarn()
                            .addKeyValue("streams", open.size())
                            .addKeyValue("cause", e.getMessage())
                            .log("Ending the open streams: the database cannot be asked whether access was withdrawn");
                    isUncertain = true;
                    endAll();
                }
            }
        }
    }

    /** Returns the streams to which access was withdrawn. */
    private List<Stream> withdrawn() {
        Map<Long, Stream> asked = Map.copyOf(open);
        if (asked.isEmpty()) {
            return List.of();
        }
        Set<Long> allowed = RowAccess.everything().call(() -> allowed(List.copyOf(asked.entrySet())));
        return asked.entrySet().stream()
                .filter(entry -> !allowed.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static void endWithdrawn(Stream stream) {
        log.atInfo().addKeyValue("user", stream.caller().login()).log("Ended a stream: its access was withdrawn");
        stream.end().run();
    }

    /**
     * Returns the numbers of the streams whose user, and who acts as it, have the same rights as when it was opened and are not
     * disabled, and whose session, token, SSH key or password is in force.
     */
    private Set<Long> allowed(List<Map.Entry<Long, Stream>> streams) {
        Instant now = clock.instant();
        return new HashSet<>(jdbc.sql("""
                        SELECT asked.number
                        FROM unnest(:numbers::bigint[], :users::uuid[], :versions::bigint[], :sessions::text[],
                                :tokens::text[], :signed::uuid[], :signedVersions::bigint[], :keys::text[], :passwords::text[])
                                AS asked (number, user_id, version, session, token, signed_in, signed_version, key, password)
                        JOIN app_user u ON u.id = asked.user_id AND u.disabled_at IS NULL AND u.access_version = asked.version
                        JOIN app_user b ON b.id = asked.signed_in AND b.disabled_at IS NULL
                            AND b.access_version = asked.signed_version
                        WHERE asked.session || asked.token || asked.key || asked.password <> ''
                            AND (asked.session = '' OR EXISTS (SELECT FROM web_session s WHERE s.session_id = asked.session
                                AND s.user_id = b.id AND s.expiry_time > :millis))
                            AND (asked.token = '' OR EXISTS (SELECT FROM api_token t WHERE t.id = nullif(asked.token, '')::uuid
                                AND t.user_id = b.id AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)))
                            AND (asked.key = '' OR EXISTS (SELECT FROM ssh_key k WHERE k.id = nullif(asked.key, '')::uuid
                                AND k.user_id = b.id))
                            AND (asked.password = ''
                                OR asked.password = encode(sha256(convert_to(b.password_hash, 'UTF8')), 'hex'))
                        """)
                .param("numbers", array(streams.stream().map(Map.Entry::getKey)))
                .param("users", array(callers(streams).map(Caller::user)))
                .param(
                        "versions",
                        array(callers(streams).map(caller -> caller.access().version())))
                .param("sessions", array(credentials(streams).map(Credential::session)))
                .param(
                        "tokens",
                        array(credentials(streams)
                                .map(by -> by.token().map(TokenId::toString).orElse(""))))
                .param(
                        "signed",
                        array(callers(streams).map(OpenStreams::signedIn).map(SignedIn::user)))
                .param(
                        "signedVersions",
                        array(callers(streams).map(OpenStreams::signedIn).map(SignedIn::version)))
                .param(
                        "keys",
                        array(credentials(streams)
                                .map(by -> by.key().map(SshKeyId::toString).orElse(""))))
                .param("passwords", array(credentials(streams).map(Credential::password)))
                .param("millis", now.toEpochMilli())
                .param("now", Timestamp.from(now))
                .query(Long.class)
                .list());
    }

    /** Who has signed in, with their version of access. */
    private record SignedIn(UserId user, long version) {}

    /** Returns who has signed in: the caller, or who of the staff acts as it. */
    private static SignedIn signedIn(Caller caller) {
        return caller.acting()
                .map(staff -> new SignedIn(staff.user(), staff.version()))
                .orElseGet(() -> new SignedIn(caller.user(), caller.access().version()));
    }

    private static java.util.stream.Stream<Caller> callers(List<Map.Entry<Long, Stream>> streams) {
        return streams.stream().map(entry -> entry.getValue().caller());
    }

    private static java.util.stream.Stream<Credential> credentials(List<Map.Entry<Long, Stream>> streams) {
        return streams.stream().map(entry -> entry.getValue().credential());
    }

    /** Formats a PostgreSQL array; no value has a quote or a backslash. */
    private static String array(java.util.stream.Stream<?> values) {
        return values.map(value -> "\"" + value + "\"").collect(Collectors.joining(",", "{", "}"));
    }
}
