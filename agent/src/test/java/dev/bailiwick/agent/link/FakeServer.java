package dev.bailiwick.agent.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.CarrierGrpc;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.protocol.v1.CarryUp;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.Differences;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.protocol.v1.Welcome;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server that sends what a test tells it to, without TLS, on loopback. */
final class FakeServer extends LinkGrpc.LinkImplBase implements AutoCloseable {

    private final Server server;
    private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<ByteString> tickets = new LinkedBlockingQueue<>();

    FakeServer() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(this)
                .addService(new CarrierGrpc.CarrierImplBase() {
                    @Override
                    public StreamObserver<CarryUp> carry(StreamObserver<CarryDown> responses) {
                        return new Carried();
                    }
                })
                .build()
                .start();
    }

    /** A call for a stream, of which only the ticket is read. */
    private final class Carried implements StreamObserver<CarryUp> {

        @Override
        public void onNext(CarryUp message) {
            tickets.add(message.getTicket());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    /** Returns the ticket of the next call for a stream. */
    ByteString ticket() throws InterruptedException {
        ByteString ticket = tickets.poll(10, TimeUnit.SECONDS);
        if (ticket == null) {
            throw new AssertionError("no call for a stream within 10 s");
        }
        return ticket;
    }

    int port() {
        return server.getPort();
    }

    @Override
    public StreamObserver<AgentMessage> session(StreamObserver<ServerMessage> responses) {
        Stream stream = new Stream(responses);
        streams.add(stream);
        return stream;
    }

    /** Returns the next stream that an agent opens. */
    Stream stream() throws InterruptedException {
        Stream stream = streams.poll(60, TimeUnit.SECONDS);
        if (stream == null) {
            throw new AssertionError("no agent connected within a minute");
        }
        return stream;
    }

    /** Returns the next stream that an agent opens before that nanosecond; null if none does. */
    @Nullable
    Stream streamUntil(long nanos) throws InterruptedException {
        return streams.poll(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    /** One agent's stream: its messages, in order, and the messages to it. */
    static final class Stream implements StreamObserver<AgentMessage> {

        private final StreamObserver<ServerMessage> responses;
        private final BlockingQueue<AgentMessage> received = new LinkedBlockingQueue<>();

        private Stream(StreamObserver<ServerMessage> responses) {
            this.responses = responses;
        }

        /** Returns the next message except heartbeats and lists of differences. */
        AgentMessage next() throws InterruptedException {
            AgentMessage message = received.poll(60, TimeUnit.SECONDS);
            while (message != null && (message.hasHeartbeat() || message.hasDifferences())) {
                message = received.poll(60, TimeUnit.SECONDS);
            }
            if (message == null) {
                throw new AssertionError("the agent sent nothing for a minute");
            }
            return message;
        }

        /** Returns the next list of differences that is not empty. */
        Differences nextDifferences() throws InterruptedException {
            AgentMessage message = nextOfAnyKind();
            while (message.getDifferences().getDifferencesCount() == 0) {
                message = nextOfAnyKind();
            }
            return message.getDifferences();
        }

        AgentMessage nextOfAnyKind() throws InterruptedException {
            AgentMessage message = received.poll(60, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("the agent sent nothing for a minute");
            }
            return message;
        }

        void welcome(int heartbeatMillis) {
            say(ServerMessage.newBuilder()
                    .setWelcome(Welcome.newBuilder().setHeartbeatIntervalMillis(heartbeatMillis))
                    .build());
        }

        void snapshot(long revision, DesiredJail... jails) {
            say(ServerMessage.newBuilder()
                    .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                    .build());
            delta(revision, jails);
        }

        void delta(long revision, DesiredJail... jails) {
            for (DesiredJail jail : jails) {
                say(Wire.toWire(jail));
            }
            say(ServerMessage.newBuilder()
                    .setCommit(Commit.newBuilder().setRevision(revision))
                    .build());
        }

        void commit(long revision, String hash) {
            say(ServerMessage.newBuilder()
                    .setCommit(Commit.newBuilder().setRevision(revision).setHash(ByteString.copyFromUtf8(hash)))
                    .build());
        }

        void say(ServerMessage message) {
            responses.onNext(message);
        }

        void breakOff() {
            responses.onError(Status.UNAVAILABLE.asRuntimeException());
        }

        @Override
        public void onNext(AgentMessage message) {
            received.add(message);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
