package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.protocol.v1.CarryUp;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.host.HostUnreachable;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Streams to a host whose agent each test plays. */
class HostStreamsTest extends LinkedHosts {

    @Autowired
    private HostStreams streams;

    private final ExecutorService opening = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stopOpening() {
        opening.shutdownNow();
    }

    private static StreamRequest request() {
        return new StreamRequest.Attach(new JailId(UUID.randomUUID()), ExecId.random(), 7, "anna");
    }

    private Future<ByteStream> open(Host at, StreamRequest request) {
        return opening.submit(() -> streams.open(at.id(), request));
    }

    private static RawAgent.Stream welcomed(RawAgent agent) throws InterruptedException {
        RawAgent.Stream session =
                agent.greet(RawAgent.hello(0).toBuilder().addStreams("attach").build());
        assertThat(session.next().hasWelcome()).isTrue();
        return session;
    }

    private static ByteString ticket(RawAgent.Stream session) throws InterruptedException {
        ServerMessage message = session.next();
        while (!message.hasDial()) {
            message = session.next();
        }
        return message.getDial().getTicket();
    }

    private static ByteStream opened(Future<ByteStream> stream) throws Exception {
        return stream.get(60, TimeUnit.SECONDS);
    }

    @Test
    void carriesMessagesBothWays() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        StreamRequest request = request();
        Future<ByteStream> asked = open(host, request);
        CarriedStream carried = agent.carry(ticket(session));
        assertThat(StreamWire.fromWire(carried.opening())).contains(request);
        try (ByteStream stream = opened(asked)) {
            stream.send(ByteString.copyFromUtf8("down"));
            assertThat(carried.stream().receive()).contains(ByteString.copyFromUtf8("down"));
            carried.stream().send(ByteString.copyFromUtf8("up"));
            assertThat(stream.receive()).contains(ByteString.copyFromUtf8("up"));
            carried.stream().close("exited", "with status 0");
            assertThatThrownBy(stream::receive).hasMessage("exited: with status 0");
        }
        assertThat(carried.end().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void refusesTicketsThatAreUsedStolenOrUnknown() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        Future<ByteStream> first = open(host, request());
        ByteString used = ticket(session);
        CarriedStream carried = agent.carry(used);
        try (ByteStream stream = opened(first)) {
            assertThat(agent.carry(used).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(agent.carry(ByteString.copyFrom(new byte[32])).end().getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            carried.stream().send(ByteString.copyFromUtf8("still here"));
            assertThat(stream.receive()).isPresent();
        }

        Future<ByteStream> second = open(host, request());
        ByteString stolen = ticket(session);
        Host owner = host;
        host = hosts.define(OPERATOR, new HostName("h" + UUID.randomUUID()));
        RawAgent thief = joined();
        // A call that nobody has dialled for is refused before its ticket is read.
        assertThat(thief.carry(stolen).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        RawAgent.Stream sessionOfThief = welcomed(thief);
        Future<ByteStream> ofThief = open(host, request());
        ticket(sessionOfThief);
        assertThat(thief.carry(stolen).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        host = owner;
        assertThat(agent.carry(stolen).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThatThrownBy(() -> opened(second)).hasCauseInstanceOf(HostUnreachable.class);
        assertThatThrownBy(() -> opened(ofThief)).hasCauseInstanceOf(HostUnreachable.class);
        assertThat(stranger().carry(stolen).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void refusesATicketThatComesTooLate() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        Future<ByteStream> asked = open(host, request());
        ByteString late = ticket(session);
        assertThatThrownBy(() -> opened(asked))
                .hasCauseInstanceOf(HostUnreachable.class)
                .hasMessageContaining("did not open the stream in time");
        assertThat(agent.carry(late).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void refusesACallThatDoesNotBeginWithATicket() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        List<Future<ByteStream>> waiting = List.of(open(host, request()), open(host, request()));
        ticket(session);
        ticket(session);
        CarriedStream silent = agent.carry();
        CarriedStream other = agent.carry();
        other.say(CarryUp.getDefaultInstance());
        assertThat(other.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(silent.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(waiting)
                .allSatisfy(asked -> assertThatThrownBy(() -> opened(asked)).hasCauseInstanceOf(HostUnreachable.class));
    }

    @Test
    void refusesCallsForWhichItHasNotDialled() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        assertThat(agent.carry().end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        Future<ByteStream> asked = open(host, request());
        CarriedStream carried = agent.carry(ticket(session));
        try (ByteStream stream = opened(asked)) {
            assertThat(agent.carry().end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            carried.stream().send(ByteString.copyFromUtf8("still here"));
            assertThat(stream.receive()).isPresent();
        }
    }

    @Test
    void endsTheStreamsOfAHostWhoseCertificateIsRevoked() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        Future<ByteStream> asked = open(host, request());
        CarriedStream carried = agent.carry(ticket(session));
        try (ByteStream stream = opened(asked)) {
            certificates.revoke(OPERATOR, host.id());
            assertThatThrownBy(stream::receive)
                    .isInstanceOfSatisfying(
                            StreamClosed.class,
                            closed -> assertThat(closed.detail()).contains("certificate"));
            assertThat(carried.end()).isNotNull();
        }
    }

    @Test
    void saysThatAHostIsAwayOrDoesNotCarryAKind() throws Exception {
        assertThatThrownBy(() -> streams.open(host.id(), request()))
                .isInstanceOfSatisfying(HostUnreachable.class, away -> {
                    assertThat(away.type().status()).isEqualTo(503);
                    assertThat(away.type().retryable()).isTrue();
                });
        welcomed(joined(), 0);
        assertThatThrownBy(() -> streams.open(host.id(), request()))
                .isInstanceOf(HostUnreachable.class)
                .hasMessageContaining("does not carry streams of this kind");
    }

    @Test
    void endsTheStreamsOfAnAgentThatDisappears() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        Future<ByteStream> asked = open(host, request());
        agent.carry(ticket(session));
        try (ByteStream stream = opened(asked)) {
            agent.close();
            assertThatThrownBy(stream::receive)
                    .isInstanceOfSatisfying(
                            StreamClosed.class,
                            closed -> assertThat(closed.reason()).isEqualTo(StreamClosed.LOST));
        }
    }

    @Test
    void boundsTheStreamsOfAJailAndCountsThoseThatAreOpen() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream session = welcomed(agent);
        StreamRequest request = request();
        List<ByteStream> all = new ArrayList<>();
        for (int i = 0; i < Bound.JAIL_STREAMS.value(); i++) {
            Future<ByteStream> asked = open(host, request);
            agent.carry(ticket(session));
            all.add(opened(asked));
        }
        assertThatThrownBy(() -> streams.open(host.id(), request)).isInstanceOf(HostUnreachable.class);
        all.getFirst().close();
        Future<ByteStream> again = open(host, request);
        agent.carry(ticket(session));
        all.add(opened(again));
        all.forEach(ByteStream::close);
    }
}
