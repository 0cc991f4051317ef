package dev.bailiwick.server.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class CompressionTest {

    private static final String LONG = "jäil ".repeat(2000);

    private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/jails");
    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @Test
    void compressesALongText() throws Exception {
        request.addHeader("Accept-Encoding", "br, gzip;q=0.8");
        answer("text/html;charset=UTF-8", LONG);
        assertThat(response.getHeader("Content-Encoding")).isEqualTo("gzip");
        assertThat(response.getHeaders("Vary")).contains("Accept-Encoding");
        assertThat(response.getContentAsByteArray().length).isLessThan(1000);
        assertThat(new String(
                        new GZIPInputStream(new ByteArrayInputStream(response.getContentAsByteArray())).readAllBytes(),
                        StandardCharsets.UTF_8))
                .isEqualTo(LONG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "identity", "gzip;q=0", "gzip;q=0.00", "br"})
    void compressesForNobodyWhoDoesNotAcceptIt(String accepted) throws Exception {
        request.addHeader("Accept-Encoding", accepted);
        answer("text/html;charset=UTF-8", LONG);
        expectPlain(LONG);
    }

    @Test
    void leavesAShortTextAsItIs() throws Exception {
        request.addHeader("Accept-Encoding", "gzip");
        answer("application/json", "{}");
        expectPlain("{}");
    }

    @Test
    void leavesWhatIsNoTextAsItIs() throws Exception {
        request.addHeader("Accept-Encoding", "gzip");
        answer("font/woff2", LONG);
        expectPlain(LONG);
    }

    @Test
    void leavesWhatATagNamesByteByByteAsItIs() throws Exception {
        request.addHeader("Accept-Encoding", "gzip");
        response.setHeader("ETag", "\"5\"");
        answer("application/json", LONG);
        expectPlain(LONG);
    }

    @Test
    void sendsEachEventOfAStreamAtOnce() throws Exception {
        request.addHeader("Accept-Encoding", "gzip");
        through((_, answer) -> {
            answer.setContentType("text/event-stream");
            answer.getOutputStream().write(":\n\n".getBytes(StandardCharsets.UTF_8));
            answer.flushBuffer();
            assertThat(response.getContentAsString()).isEqualTo(":\n\n");
        });
    }

    @Test
    void keepsNothingOfAnAnswerThatFailedHalfWay() {
        request.addHeader("Accept-Encoding", "gzip");
        response.setBufferSize(1 << 20);
        assertThatThrownBy(() -> through((_, answer) -> {
                    answer.setContentType("text/html;charset=UTF-8");
                    answer.getWriter().write(LONG);
                    throw new IOException("the template is broken");
                }))
                .hasMessage("the template is broken");
        assertThat(response.getHeader("Content-Encoding")).isNull();
        assertThat(response.getContentAsByteArray()).isEmpty();
    }

    @Test
    void beginsAnewWhereAnErrorTakesThePlaceOfAnAnswer() throws Exception {
        request.addHeader("Accept-Encoding", "gzip");
        response.setBufferSize(1 << 20);
        through((_, answer) -> {
            answer.setContentType("text/html;charset=UTF-8");
            answer.getWriter().write(LONG);
            ((HttpServletResponse) answer).sendError(500);
        });
        assertThat(response.getHeader("Content-Encoding")).isNull();
        assertThat(response.getStatus()).isEqualTo(500);
    }

    private void answer(String type, String text) throws Exception {
        through((_, answer) -> {
            answer.setContentType(type);
            if (type.contains("charset")) {
                answer.getWriter().write(text);
                answer.getWriter().flush();
            } else {
                answer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private void through(FilterChain chain) throws Exception {
        new Compression().doFilter(request, response, chain);
    }

    private void expectPlain(String text) {
        assertThat(response.containsHeader("Content-Encoding")).isFalse();
        assertThat(new String(response.getContentAsByteArray(), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }
}
