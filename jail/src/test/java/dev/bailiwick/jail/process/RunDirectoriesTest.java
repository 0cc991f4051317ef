package dev.bailiwick.jail.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunDirectoriesTest {

    @Test
    void saysWhatItWasReadFrom() {
        for (String text : new String[] {"/run/php www-data:adm 2775", "/run/a/b - 0000", "/run/user@1 0 7777"}) {
            assertThat(RunDirectory.parse(text).toString()).isEqualTo(text);
        }
        assertThat(RunDirectory.parse("/run/php - 0755").belowRun()).isEqualTo("php");
    }

    @Test
    void refusesWhatIsNotBelowRun() {
        for (String path : new String[] {
            "/run",
            "/run/",
            "/run/.",
            "/run/..",
            "/run/a/../b",
            "/run//a",
            "/run/a/",
            "/tmp/a",
            "run/a",
            "/run/a\tb",
            "/run/" + "a".repeat(200)
        }) {
            assertThatThrownBy(() -> RunDirectory.parse(path + " - 0755"))
                    .as(path)
                    .isInstanceOf(InvalidValue.class);
        }
        for (String mode : new String[] {"", "8", "17777", "rwx", "-1"}) {
            assertThatThrownBy(() -> RunDirectory.parseMode(mode)).as(mode).isInstanceOf(InvalidValue.class);
        }
    }

    @Test
    void sortsThemAndCountsThem() {
        assertThat(new RunDirectories(
                                List.of(RunDirectory.parse("/run/a/b - 0755"), RunDirectory.parse("/run/a - 0755")))
                        .all())
                .extracting(RunDirectory::path)
                .containsExactly("/run/a", "/run/a/b");
        List<RunDirectory> many = IntStream.range(0, 33)
                .mapToObj(i -> RunDirectory.parse("/run/" + i + " - 0755"))
                .toList();
        assertThatThrownBy(() -> new RunDirectories(many)).hasMessageContaining("at most 32");
        assertThatThrownBy(() -> new RunDirectories(List.of(many.getFirst(), many.getFirst())))
                .hasMessageContaining("twice: /run/0");
    }

    /** Each is a call of the process that becomes the jail. */
    @Test
    void countsThoseAboveThem() {
        RunDirectory deep = RunDirectory.parse("/run" + "/a".repeat(64) + " - 0755");
        assertThat(new RunDirectories(List.of(deep, RunDirectory.parse("/run/a/a - 0755"))).all())
                .hasSize(2);
        assertThatThrownBy(() -> new RunDirectories(List.of(deep, RunDirectory.parse("/run/b - 0755"))))
                .hasMessage("must be at most 64 directories, with those above them");
    }
}
