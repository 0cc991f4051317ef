package dev.bailiwick.server.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.WebTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http2.Http2Protocol;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

@WebTest
class BoundsTest {

    @Autowired
    private ServletWebServerApplicationContext context;

    @Autowired
    private JdbcClient jdbc;

    @LocalServerPort
    private int port;

    @Test
    void areAllInTheDocumentation() throws Exception {
        List<String> rows = Files.readAllLines(Path.of("../docs/bounds.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| of what"))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Bound.values()).map(Bound::row).toList());
    }

    @Test
    void holdAtTheWebPort() {
        var connector = ((TomcatWebServer) java.util.Objects.requireNonNull(context.getWebServer()))
                .getTomcat()
                .getConnector();
        var http = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
        assertThat(http).isInstanceOf(PerPeerConnectionLimit.class);
        assertThat(http.getMaxConnections()).isEqualTo(Bound.HTTP_CONNECTIONS.value());
        assertThat(http.getAcceptCount()).isEqualTo(Bound.HTTP_BACKLOG.value());
        assertThat(http.getMaxHttpRequestHeaderSize()).isEqualTo(Bound.REQUEST_HEAD_BYTES.value());
        assertThat(http.getMaxHttpResponseHeaderSize())
                .as("the requested address, twice")
                .isGreaterThan(2 * Bound.REQUEST_HEAD_BYTES.value());
        assertThat(http.getMaxHeaderCount()).isEqualTo(Bound.REQUEST_HEADERS.value());
        assertThat(http.getMaxSwallowSize()).isEqualTo(Bound.SWALLOWED_BYTES.value());
        assertThat(connector.getMaxPostSize()).isEqualTo(Bound.OPERATORS_FORM_BYTES.value());
        assertThat(connector.getMaxParameterCount()).isEqualTo(Bound.REQUEST_PARAMETERS.value());
        assertThat(connector.findUpgradeProtocols())
                .singleElement()
                .isInstanceOfSatisfying(Http2Protocol.class, http2 -> {
                    assertThat(http2.getMaxConcurrentStreams()).isEqualTo(Bound.HTTP2_STREAMS.value());
                    assertThat(http2.getInitialWindowSize()).isEqualTo(Bound.HTTP2_WINDOW_BYTES.value());
                });
    }

    @Test
    void oneMachineLeavesConnectionsToOthers() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < Bound.HTTP_CONNECTIONS_OF_A_PEER.value() + 5; i++) {
                sockets.add(connect("127.0.0.2"));
            }
            assertThat(isClosed(sockets.getLast(), 60_000))
                    .as("one beyond the bound")
                    .isTrue();
            assertThat(isClosed(sockets.getFirst(), 1_000)).as("the first").isFalse();
            sockets.add(connect("127.0.0.3"));
            assertThat(isClosed(sockets.getLast(), 1_000))
                    .as("another machine's")
                    .isFalse();
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private Socket connect(String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        return socket;
    }

    private static boolean isClosed(Socket socket, int patienceMillis) throws IOException {
        socket.setSoTimeout(patienceMillis);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void holdInTheSchema() {
        String bound = jdbc.sql("SELECT prosrc FROM pg_proc WHERE proname = 'web_session_bound'")
                .query(String.class)
                .single();
        // The other sessions, without the one that has just begun.
        assertThat(bound).contains("OFFSET " + (Bound.SESSIONS_OF_A_USER.value() - 1));
    }

    @Test
    void countAMachineOnceWhateverItsAddressInANetwork() {
        assertThat(PeerKey.of(InetAddress.ofLiteral("192.0.2.7"))).isEqualTo("192.0.2.7");
        assertThat(PeerKey.of(InetAddress.ofLiteral("::ffff:192.0.2.7"))).isEqualTo("192.0.2.7");
        assertThat(PeerKey.of(InetAddress.ofLiteral("2001:db8:1:2::1")))
                .isEqualTo(PeerKey.of(InetAddress.ofLiteral("2001:db8:1:2:ffff::9")))
                .isNotEqualTo(PeerKey.of(InetAddress.ofLiteral("2001:db8:1:3::1")));
    }
}
