package dev.bailiwick.server.link.stream;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/** The streams that wait for the call of their host. A ticket is random, names one stream, and is valid once. */
@Component
public class StreamTickets {

    /** How long a stream waits for the call of its host. */
    static final Duration VALID = Duration.ofSeconds(10);

    private static final int TICKET_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Map<ByteString, Waiting> waiting = new ConcurrentHashMap<>();

    /** A stream that waits for the call of its host. */
    public final class Waiting implements AutoCloseable {

        private final HostId host;
        private final StreamRequest request;
        private final Runnable ended;
        private final ByteString ticket;
        private final CompletableFuture<ByteStream> stream = new CompletableFuture<>();

        private Waiting(HostId host, StreamRequest request, Runnable ended, ByteString ticket) {
            this.host = host;
            this.request = request;
            this.ended = ended;
            this.ticket = ticket;
        }

        public ByteString ticket() {
            return ticket;
        }

        /** Waits for the stream; returns empty if the host has not called in time. */
        public Optional<ByteStream> await() throws InterruptedException {
            try {
                return Optional.of(stream.get(VALID.toMillis(), TimeUnit.MILLISECONDS));
            } catch (TimeoutException tooLate) {
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IllegalStateException("A stream is never completed exceptionally", e);
            }
        }

        /** Makes the ticket invalid. A stream that nobody has got ends. */
        @Override
        public void close() {
            if (waiting.remove(ticket, this)) {
                ended.run();
            }
        }

        /** Ends the stream, which has come after nobody waited for it. */
        public void abandon() {
            close();
            var _ = stream.thenAccept(late -> late.close("late", "nobody waits for the stream any more"));
        }

        StreamRequest request() {
            return request;
        }

        /** Runs once the stream has ended. */
        void ended() {
            ended.run();
        }

        void complete(ByteStream opened) {
            stream.complete(opened);
        }
    }

    /** @param ended runs once the stream has ended, or its ticket has become invalid; must not block */
    public Waiting expect(HostId host, StreamRequest request, Runnable ended) {
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        Waiting expected = new Waiting(host, request, ended, ByteString.copyFrom(bytes));
        waiting.put(expected.ticket, expected);
        return expected;
    }

    /** Returns how many tickets wait for a host. */
    long waiting(HostId host) {
        return waiting.values().stream().filter(one -> one.host.equals(host)).count();
    }

    /** Uses a ticket up. Returns empty if it is not valid, or belongs to another host: then it has been stolen, and is used up, too. */
    Optional<Waiting> use(HostId host, ByteString ticket) {
        Waiting found = waiting.remove(ticket);
        if (found != null && !found.host.equals(host)) {
            found.ended();
            return Optional.empty();
        }
        return Optional.ofNullable(found);
    }
}
