package dev.bailiwick.jail.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandUserTest {

    @Test
    void isANameOrAnIdAndMayHaveAGroup() {
        assertThat(CommandUser.parse("www-data")).isEqualTo(new CommandUser("www-data", Optional.empty()));
        assertThat(CommandUser.parse("1000:adm")).isEqualTo(new CommandUser("1000", Optional.of("adm")));
        assertThat(CommandUser.parse("65535:0").toString()).isEqualTo("65535:0");
        assertThat(CommandUser.parse("u".repeat(32)).user()).hasSize(32);
    }

    @Test
    void refusesWhatNoUserIsCalled() {
        for (String text : new String[] {
            "", ":", "a:", ":a", "a b", "-a", ".a", "a:b:c", "u".repeat(33), "r\u00f6\u00df", "a\nb", "a/b"
        }) {
            assertThatThrownBy(() -> CommandUser.parse(text)).as(text).isInstanceOf(InvalidValue.class);
        }
        for (String text : new String[] {"65536", "0:65536", "9".repeat(32), "4294967295"}) {
            assertThatThrownBy(() -> CommandUser.parse(text))
                    .as(text)
                    .isInstanceOf(InvalidValue.class)
                    .hasMessageContaining("0 to 65535");
        }
    }
}
