package dev.bailiwick.server.jail.page.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {

    @Test
    void splitsAtSpaces() {
        assertThat(ShellWords.split("  /bin/sh   -c\ttrue ")).containsExactly("/bin/sh", "-c", "true");
        assertThat(ShellWords.split("   ")).isEmpty();
    }

    @Test
    void groupsByQuotes() {
        assertThat(ShellWords.split("nginx -g \"daemon off;\"")).containsExactly("nginx", "-g", "daemon off;");
        assertThat(ShellWords.split("a'b c'd \"\" 'x\\y' \"q\\\"q\"")).containsExactly("ab cd", "", "x\\y", "q\"q");
    }

    @Test
    void keepsABackslashBetweenDoubleQuotesLikeAShell() {
        assertThat(ShellWords.split("\"printf 'a\\nb'\" \"\\$HOME \\\\ \\x\""))
                .containsExactly("printf 'a\\nb'", "$HOME \\ \\x");
    }

    @Test
    void goesOnInTheNextLineAfterABackslash() {
        assertThat(ShellWords.split("/bin/sh \\\r\n  -c \\\n'one\ntwo'")).containsExactly("/bin/sh", "-c", "one\ntwo");
    }

    @Test
    void readsEscapesInDollarQuotes() {
        assertThat(ShellWords.split("$'a\\r\\n\\x1b[0m\\u00e9\\101\\'\\\\'b $''"))
                .containsExactly("a\r\n\u001b[0méA'\\b", "");
        for (String wrong : List.of("$'open", "$'\\", "$'\\q'", "$'\\xff'", "$'\\x'", "$'\\U110000'")) {
            assertThatThrownBy(() -> ShellWords.split(wrong)).as(wrong).isInstanceOf(InvalidValue.class);
        }
    }

    @Test
    void refusesWhatIsNotFinished() {
        assertThatThrownBy(() -> ShellWords.split("sh -c 'exit")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> ShellWords.split("sh \\")).isInstanceOf(InvalidValue.class);
    }

    @Test
    void joinsToWhatSplitsAgain() {
        List<String> words = List.of(
                "/bin/sh",
                "-c",
                "echo 'it''s' \"$HOME\"; exit 1",
                "",
                "a\\b",
                "äöü",
                "a\rb",
                "\u2028",
                "x\n\ty",
                "$'a'");
        assertThat(ShellWords.split(ShellWords.join(words))).isEqualTo(words);
    }
}
