package dev.bailiwick.jail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlainTextTest {

    private static final int[] FORBIDDEN = {
        0x0, 0x9, 0xa, 0xd, 0x1b, 0x7f, 0x85, 0x9b, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066,
        0x2069
    };

    @Test
    void refusesWhatIsNotOneLineThatShowsAsItIsWritten() {
        for (int c : FORBIDDEN) {
            String text = "a" + Character.toString(c) + "b";
            assertThat(PlainText.fault(text))
                    .hasValueSatisfying(fault -> assertThat(fault).contains(String.format("U+%04X", c)));
            assertThat(PlainText.fault(PlainText.clean(text))).isEmpty();
        }
        for (String lone : new String[] {"a\ud83d", "\ude00b", "\ud83d\ud83d\ude00"}) {
            assertThat(PlainText.fault(lone)).isPresent();
            assertThat(PlainText.fault(PlainText.clean(lone))).isEmpty();
        }
    }

    @Test
    void takesEveryScriptAsItIs() {
        String letters = IntStream.rangeClosed(0x20, Character.MAX_CODE_POINT)
                .filter(c -> Character.isLetterOrDigit(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        assertThat(PlainText.fault(letters)).isEmpty();
        for (String text : new String[] {"", "a b", "café", "קפה", "نیم‌فاصله", "👩‍🚀", "a  b", "\ufffd"}) {
            assertThat(PlainText.require(text)).isEqualTo(text);
            assertThat(PlainText.clean(text)).isEqualTo(text);
        }
    }

    @Test
    void keepsWhatItCanOfWhatAnEarlierVersionStored() {
        assertThat(PlainText.clean("one\r\ntwo\tthree\u202efour")).isEqualTo("one  two three\ufffdfour");
    }

    @Test
    void holdsPathsToIt() {
        for (int c : FORBIDDEN) {
            assertThatThrownBy(() -> new RootPath("/srv/a" + Character.toString(c) + "b"))
                    .isInstanceOf(InvalidValue.class);
        }
        assertThatThrownBy(() -> new RootPath("/srv/a\ud83d")).isInstanceOf(InvalidValue.class);
        assertThat(new RootPath("/srv/café/👩‍🚀").value()).isEqualTo("/srv/café/👩‍🚀");
    }

    @Test
    void leavesEndsOfLinesToCommandsButNotHalfCharacters() {
        assertThat(Command.of("/bin/sh", "-c", "echo a\necho b").argv()).hasSize(3);
        assertThatThrownBy(() -> Command.of("/bin/sh", "\ud83d")).isInstanceOf(InvalidValue.class);
    }
}
