package dev.bailiwick.server.jail.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.jail.log.AnsiText.Run;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AnsiTextTest {

    @Test
    void makesClassesOfColours() {
        assertThat(AnsiText.of(
                        "plain \u001b[1;31mbad\u001b[0m \u001b[38;5;10mgood\u001b[39m \u001b[97;44mx".getBytes(UTF_8)))
                .containsExactly(
                        new Run("", "plain "),
                        new Run("bold fg1", "bad"),
                        new Run("", " "),
                        new Run("fg10", "good"),
                        new Run("", " "),
                        new Run("bg4 fg15", "x"));
        assertThat(AnsiText.of("\u001b[38;2;1;2;3;4mtrue".getBytes(UTF_8)))
                .containsExactly(new Run("underline", "true"));
    }

    @Test
    void makesFewPiecesOfManyChangesOfStyle() {
        assertThat(AnsiText.of("\u001b[1ma\u001b[1mb\u001b[2Jc".getBytes(UTF_8)))
                .containsExactly(new Run("bold", "abc"));
        String flicker = "\u001b[31mx\u001b[0my".repeat(1_000);
        assertThat(AnsiText.of(flicker.getBytes(UTF_8))).hasSize(200);
        assertThat(text(flicker)).isEqualTo("xy".repeat(1_000));
    }

    @Test
    void leavesOutOtherSequencesAndShowsControls() {
        assertThat(text("\u001b]0;title\u0007a\u001b[2Jb\u001b(Bc\u001b[?25hd\u001bPq\u001b\\e"))
                .isEqualTo("abcde");
        assertThat(text("\u0000\u0007\b\tx\r\u007f\u001b\r")).isEqualTo("\u2400\u2407\u2408\tx\u240d\u2421\u241b");
        assertThat(text("\u202etxet")).isEqualTo("\ufffdtxet");
        assertThat(AnsiText.of(new byte[] {'a', -1, 'b'})).containsExactly(new Run("", "a\ufffdb"));
        assertThat(text("x".repeat(100_000))).hasSize(4_001).endsWith("\u2026");
    }

    @Test
    void hasNoOtherClassesWhateverIsWritten() {
        Random random = new Random(Long.getLong("bailiwick.seed", 1));
        String alphabet = "\u001b\u001b[[];:m0123456789\"<>' =a\\";
        for (int i = 0; i < 20_000; i++) {
            String line = random.ints(40, 0, alphabet.length())
                    .mapToObj(at -> alphabet.substring(at, at + 1))
                    .collect(Collectors.joining());
            for (Run run : AnsiText.of(line.getBytes(UTF_8))) {
                assertThat(run.classes()).matches("([a-z]+[0-9]{0,2}( |$))*");
                assertThat(run.text()).doesNotContain("\u001b");
            }
        }
    }

    private static String text(String line) {
        return AnsiText.of(line.getBytes(UTF_8)).stream().map(Run::text).collect(Collectors.joining());
    }
}
