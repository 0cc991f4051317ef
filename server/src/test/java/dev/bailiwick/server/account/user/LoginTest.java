package dev.bailiwick.server.account.user;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anna",
                "Anna",
                "ANNA",
                " anna",
                "  anna  ",
                "\tanna\n",
                "\u00a0anna",
                "\u3000anna",
                "\uff41nna",
                "anna\u2003"
            })
    void hasOneForm(String typed) {
        assertThat(Login.normal(typed)).contains("anna");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "an na", "ann\u0430", "anna\u200b", "anna\u0000", "anna/", "anna\u202e"})
    void isNothingElse(String typed) {
        assertThat(Login.normal(typed)).isEmpty();
    }

    @Test
    void isNotLong() {
        assertThat(Login.normal("a".repeat(254))).isPresent();
        assertThat(Login.normal("a".repeat(255))).isEmpty();
        assertThat(Login.normal(" ".repeat(1 << 20) + "a")).isEmpty();
    }
}
