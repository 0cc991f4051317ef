package dev.bailiwick.server.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.WebTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The container's own answers, byte by byte, to requests that no code of ours sees. */
@WebTest
class ErrorValvesTest {

    private static final String HOST = "Host: localhost\r\nConnection: close\r\n\r\n";

    @LocalServerPort
    private int port;

    static Stream<String> requests() {
        return Stream.of(
                "G\u0001T / HTTP/1.1\r\n" + HOST,
                "GET /<script> HTTP/1.1\r\n" + HOST,
                "GET /jails|x HTTP/1.1\r\n" + HOST,
                "GET / HTTP/9.9\r\n" + HOST,
                "GET http://localhost:x/ HTTP/1.1\r\n" + HOST,
                "GET / HTTP/1.1\r\nHost: localhost\r\n" + HOST,
                "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a_b:c\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nno colon\r\n" + HOST,
                "GET / HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n" + HOST,
                "GET / HTTP/1.1\r\n" + "X: x\r\n".repeat(150) + HOST,
                "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n" + HOST,
                "POST / HTTP/1.1\r\nTransfer-Encoding: odd\r\n" + HOST,
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n" + HOST,
                "TRACE / HTTP/1.1\r\n" + HOST,
                "TRACE /api/v1/jails HTTP/1.1\r\n" + HOST,
                "BREW /jails HTTP/1.1\r\n" + HOST,
                "GET /%zz HTTP/1.1\r\n" + HOST,
                "GET /a/../b HTTP/1.1\r\n" + HOST,
                "GET /api/v1/jails HTTP/1.1\r\n" + HOST,
                "GET /no-such.svg HTTP/1.1\r\n" + HOST);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void carryTheSameHeadersAndSayNothingOfTheContainer(String request) throws IOException {
        String answer = answer(request);
        assertThat(answer).matches("(?s)HTTP/1.1 [45]\\d\\d.*");
        assertThat(answer)
                .containsOnlyOnce("\r\nContent-Security-Policy: default-src 'none'")
                .containsOnlyOnce("\r\nX-Frame-Options: DENY")
                .containsOnlyOnce("\r\nX-Content-Type-Options: nosniff")
                .containsOnlyOnce("\r\nReferrer-Policy: same-origin")
                .containsOnlyOnce("\r\nPermissions-Policy: ");
        assertThat(answer).doesNotContainIgnoringCase("tomcat").doesNotContainIgnoringCase("apache");
        assertThat(answer).doesNotContain("\r\nServer:", "<style", "Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x=%ff", "%c3%28=1", "x=%zz"})
    void rejectAQueryThatCannotBeRead(String query) throws IOException {
        for (String path : new String[] {"/sign-in", "/jails", "/api/v1/jails"}) {
            assertThat(answer("GET " + path + "?" + query + " HTTP/1.1\r\n" + HOST))
                    .startsWith("HTTP/1.1 400");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8443",
                "198.51.100.7",
                "[2001:db8::1]:8443",
                "localhost.evil.example"
            })
    void refuseAnUnknownNameWhateverAProxySays(String name) throws IOException {
        for (String path : new String[] {"/jails", "/sign-in", "/api/v1/jails", "/css/base.css"}) {
            String answer = answer("GET " + path + " HTTP/1.1\r\nHost: " + name
                    + "\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\nConnection: close\r\n\r\n");
            assertThat(answer)
                    .startsWith("HTTP/1.1 421")
                    .contains("application/problem+json", "/problems/unknown-name", "bailiwick.names")
                    .contains("Content-Security-Policy: default-src 'none'");
        }
    }

    @Test
    void answerUnderTheMachinesOwnNamesAndMakeNoLinkOfAnother() throws IOException {
        for (String name : new String[] {"localhost", "127.0.0.1:" + port, "[::1]:1"}) {
            String answer = answer("GET /sign-in HTTP/1.1\r\nHost: " + name
                    + "\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 200").doesNotContain("evil.example");
        }
    }

    private String answer(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
