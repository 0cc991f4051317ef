package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** What clients of SSH can take from others. */
@ServerTest
@Import(PlayedHost.class)
@TestPropertySource(properties = "bailiwick.ssh.address=127.0.0.1:0")
@Timeout(120)
class SshBoundsTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Duration LONG = Duration.ofSeconds(20);

    /** A packet before keys are agreed on, of a type that nobody knows: its length, that of its padding, the type, and padding. */
    private static final byte[] UNKNOWN = {0, 0, 0, 12, 10, (byte) 192, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    @Autowired
    private SshPort port;

    @Autowired
    private Users users;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final TestClient client = new TestClient();
    private final List<Socket> open = new ArrayList<>();
    private User user;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "u-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        client.start(port.port());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        for (Socket one : open) {
            one.close();
        }
    }

    /** Connects from an address, 127.0.0.x. */
    private Socket connect(int from) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                port.port(),
                InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) from}),
                0);
        socket.setSoTimeout((int) LONG.toMillis());
        open.add(socket);
        return socket;
    }

    /** Returns the next byte; -1 if the server has closed the connection. */
    private static int read(Socket from) throws IOException {
        try {
            return from.getInputStream().read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    private static void readToTheEnd(Socket from) throws IOException {
        int next = read(from);
        while (next >= 0) {
            next = read(from);
        }
    }

    private boolean canSignIn() throws IOException {
        try (ClientSession session = client.byPassword(user.login() + "+shop", PASSWORD)) {
            return session.isAuthenticated();
        }
    }

    @Test
    void boundsConnectionsOfThoseWhoDoNotSignIn() throws Exception {
        for (int i = 0; i < Bound.SSH_STRANGERS_OF_A_PEER.value() + 5; i++) {
            connect(1);
        }
        assertThat(read(open.getLast())).isEqualTo(-1);
        assertThat(read(open.getFirst())).as("its greeting").isEqualTo('S');
        for (Socket one : open) {
            one.close();
        }
        // They leave room.
        await().atMost(LONG).ignoreExceptionsInstanceOf(IOException.class).until(this::canSignIn);
    }

    @Test
    void letsOthersInThoughAFewPeersHaveAllPlaces() throws Exception {
        for (int i = 0; i < Bound.SSH_STRANGERS.value(); i++) {
            connect(2 + i / Bound.SSH_STRANGERS_OF_A_PEER.value());
        }
        assertThat(canSignIn()).isTrue();
        readToTheEnd(open.getFirst());
        assertThat(read(open.getLast())).as("its greeting").isEqualTo('S');
    }

    @Test
    void endsConnectionsWhoseClientsDoNotRead() throws Exception {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < Bound.SSH_PACKETS.value() / 2; i++) {
            many.writeBytes(UNKNOWN);
        }
        Socket socket = connect(1);
        OutputStream out = socket.getOutputStream();
        out.write("SSH-2.0-test\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> {
                    while (true) {
                        out.write(many.toByteArray());
                    }
                })
                .isInstanceOf(SocketException.class);
    }
}
