package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.protocol.v1.EnrolmentGrpc;
import dev.bailiwick.protocol.v1.JoinRequest;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.certificate.Authority;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The limits on connections and calls of clients without a certificate at the port for agents. */
@WebTest
class LinkBoundsTest {

    @Autowired
    private LinkServer server;

    @Autowired
    private Authority authority;

    @Test
    void closesConnectionsBeyondTheBound() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < Bound.LINK_CONNECTIONS.value(); i++) {
                open.add(connect());
            }
            await().untilAsserted(() -> {
                try (Socket beyond = connect()) {
                    assertThat(beyond.getInputStream().read()).isEqualTo(-1);
                }
            });
            // An accepted connection stays open without any data.
            assertThat(open.getFirst().getInputStream().available()).isZero();
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> {
                    ManagedChannel channel = channel();
                    try {
                        // The attempt was handled, whether or not the limit of attempts is reached.
                        assertThat(attempt(channel, LinkBoundsTest::speak).get().getCode())
                                .isIn(Status.Code.INVALID_ARGUMENT, Status.Code.RESOURCE_EXHAUSTED);
                    } finally {
                        channel.shutdownNow();
                    }
                });
    }

    @Test
    void waitsForAFewToSayHowTheyJoinAndNotForLong() throws Exception {
        ManagedChannel one = channel();
        ManagedChannel other = channel();
        try {
            List<CompletableFuture<Status>> silent = new ArrayList<>();
            await().untilAsserted(() -> {
                // One that comes while the other channel is served is refused.
                silent.removeIf(CompletableFuture::isDone);
                while (silent.size() < Bound.JOINS_AT_ONCE.value()) {
                    silent.add(attempt(one, LinkBoundsTest::keepSilent));
                }
                assertThat(attempt(other, LinkBoundsTest::speak).get().getCode())
                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(silent).noneMatch(CompletableFuture::isDone);
            });
            Duration patience = Bound.JOIN_SECONDS.seconds().plusSeconds(20);
            assertThat(CompletableFuture.allOf(silent.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(patience);
            assertThat(silent).allMatch(ended -> ended.join().getCode() == Status.Code.DEADLINE_EXCEEDED);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(
                                    attempt(other, LinkBoundsTest::speak).get().getCode())
                            .isEqualTo(Status.Code.INVALID_ARGUMENT));
        } finally {
            one.shutdownNow();
            other.shutdownNow();
        }
    }

    private static void speak(ClientCall<JoinRequest, JoinResponse> call) {
        call.sendMessage(JoinRequest.newBuilder().setToken("none").build());
        call.halfClose();
    }

    private static void keepSilent(ClientCall<JoinRequest, JoinResponse> call) {
        assertThat(call).isNotNull();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(2_000);
        return socket;
    }

    private ManagedChannel channel() throws IOException {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forClient())
                        .trustManager(authority.certificate())
                        .build())
                .build();
    }

    /** Starts an attempt to join, which {@code then} continues; returns its final status. */
    private static CompletableFuture<Status> attempt(
            ManagedChannel channel, Consumer<ClientCall<JoinRequest, JoinResponse>> then) {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        // As a stream, which sends its head without a message.
        MethodDescriptor<JoinRequest, JoinResponse> method = EnrolmentGrpc.getJoinMethod().toBuilder()
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .build();
        ClientCall<JoinRequest, JoinResponse> call = channel.newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        then.accept(call);
        return ended;
    }
}
