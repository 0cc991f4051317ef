package dev.bailiwick.server.jail.page;

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
    void refusesWhatIsNotFinished() {
        assertThatThrownBy(() -> ShellWords.split("sh -c 'exit")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> ShellWords.split("sh \\")).isInstanceOf(InvalidValue.class);
    }

    @Test
    void joinsToWhatSplitsAgain() {
        List<String> words = List.of("/bin/sh", "-c", "echo 'it''s' \"$HOME\"; exit 1", "", "a\\b", "äöü");
        assertThat(ShellWords.split(ShellWords.join(words))).isEqualTo(words);
    }
}
