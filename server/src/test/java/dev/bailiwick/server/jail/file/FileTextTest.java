package dev.bailiwick.server.jail.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that a form shows and sends back, with its ends of lines. */
class FileTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\n\nfirst",
                "a\nb\n",
                "a\r\nb\r\n",
                "\r\n",
                "no end",
                "é\u2028\u0085\u001b\ufeff",
                "\ufeffmark\n"
            })
    void comesBackByteForByteFromAForm(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        FileText shown = FileText.of(bytes).orElseThrow();
        // As a browser sends it.
        String sent = shown.text().replace("\n", "\r\n");
        assertThat(FileText.sent(sent, shown.isCrLf()).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb\r\n", "a\r\nb\rc\r\n", "a\r\r\n", "nul\0"})
    void isNoneIfAFormWouldChangeIt(String content) {
        assertThat(FileText.of(content.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void isNoneIfItIsNoUtf8OrTooLong() {
        assertThat(FileText.of(new byte[] {'a', (byte) 0xff})).isEmpty();
        assertThat(FileText.of(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isEmpty();
        assertThat(FileText.of(" ".repeat(FileText.MAX_BYTES).getBytes(StandardCharsets.UTF_8)))
                .isPresent();
        assertThat(FileText.of(new byte[FileText.MAX_BYTES + 1])).isEmpty();
    }
}
