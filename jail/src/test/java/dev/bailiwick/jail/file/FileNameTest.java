package dev.bailiwick.jail.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNameTest {

    @Test
    void writesWhatPeopleSeeAsItIs() {
        for (String name : new String[] {"index.html", "100 %", "ü", "日本", "a b", "😀", "-r"}) {
            assertThat(FileName.text(name.getBytes(StandardCharsets.UTF_8))).isEqualTo(name);
        }
        assertThat(FileName.text("back\\slash".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("back\\\\slash");
        assertThat(FileName.text("a\nb\u202Ec".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("a\\x0ab\\xe2\\x80\\xaec");
        assertThat(FileName.text(new byte[] {'a', (byte) 0xff, (byte) 0xc3})).isEqualTo("a\\xff\\xc3");
    }

    @Test
    void losesNothing() {
        Random random = new Random(Long.getLong("bailiwick.seed", 1));
        for (int i = 0; i < 10_000; i++) {
            byte[] name = new byte[1 + random.nextInt(20)];
            for (int at = 0; at < name.length; at++) {
                name[at] = (byte) (1 + random.nextInt(255));
            }
            String text = FileName.text(name);
            assertThat(FileName.bytes(text)).isEqualTo(name);
            assertThat(text.chars()).noneMatch(Character::isISOControl);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\", "\\n", "\\x", "\\x4", "\\xgg", "\\x00", "\0", "\uD800"})
    void rejectsWhatIsNoName(String text) {
        assertThatThrownBy(() -> FileName.bytes(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void readsPaths() {
        assertThat(FilePath.parse("/\\x41/b")).isEqualTo(new FilePath("/A/b"));
        FilePath path = FilePath.parse("/srv/a b");
        assertThat(path.name()).isEqualTo("a b");
        assertThat(path.parent()).isEqualTo(FilePath.parse("/srv"));
        assertThat(path.parent().parent()).isEqualTo(FilePath.ROOT);
        assertThat(FilePath.ROOT.child("x").child("y").text()).isEqualTo("/x/y");
        assertThat(path.isWithin(FilePath.parse("/srv"))).isTrue();
        assertThat(path.isWithin(FilePath.parse("/sr"))).isFalse();
        assertThat(path.isWithin(FilePath.ROOT)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "srv", "/srv/", "//srv", "/srv/./x", "/srv/../x", "/..", "/a\\x2f\\x2fb"})
    void rejectsWhatIsNoPath(String text) {
        assertThatThrownBy(() -> FilePath.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void boundsPaths() {
        assertThat(FilePath.parse("/" + "x".repeat(255)).name()).hasSize(255);
        assertThatThrownBy(() -> FilePath.parse("/" + "x".repeat(256))).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> FilePath.parse("/" + "ü".repeat(128))).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> FilePath.parse("/x".repeat(2_048))).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> FilePath.ROOT.child("a/b")).isInstanceOf(InvalidValue.class);
    }
}
