package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelsTest {

    @Test
    void takesTheLongestThereMayBe() {
        Labels labels = new Labels(Map.of("k".repeat(63), "\ud83d\ude00".repeat(255), "example.org/team_1-a", ""));
        assertThat(labels.all()).hasSize(2);
        assertThat(new Labels(many(32)).all()).hasSize(32);
    }

    @Test
    void refusesWhatIsTooMuchOrUnclear() {
        assertThatThrownBy(() -> new Labels(many(33)))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("at most 32");
        for (String key : new String[] {"", "k".repeat(64), "a=b", "a b", "-a", "\u00e4"}) {
            assertThatThrownBy(() -> new Labels(Map.of(key, "")))
                    .as(key)
                    .isInstanceOf(InvalidValue.class)
                    .hasMessageContaining("has a key that is not")
                    .hasMessageEndingWith(": '" + key + "'");
        }
        assertThatThrownBy(() -> new Labels(Map.of("k".repeat(70) + "\n", "")))
                .as("the beginning of a long key")
                .hasMessageEndingWith(": '" + "k".repeat(63) + "…'");
        assertThatThrownBy(() -> new Labels(Map.of("team", "v".repeat(256))))
                .hasMessageEndingWith("255 characters: that of 'team'");
        for (String value : new String[] {"v".repeat(256), "a\nb", "\u0000"}) {
            assertThatThrownBy(() -> new Labels(Map.of("key", value))).as(value).isInstanceOf(InvalidValue.class);
        }
    }

    private static Map<String, String> many(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(number -> "key-" + number, _ -> "value"));
    }
}
