package dev.bailiwick.server.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/jails",
                "/jails/",
                "/api/v1/policies:simulate",
                "/api/v1/jails/0197c6f0-0000-7000-8000-000000000000",
                "/sign-in/link/aZ0_-",
                "/a%20b",
                "/%C3%A4",
                "/%c3%a4"
            })
    void takesAPlainPath(String path) {
        assertThat(Spelling.isPlain(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a=b&c", "q=%C3%A4+x", "q=%25zz", "&&", "q=%00"})
    void readsAQueryInUtf8(String query) {
        assertThat(Spelling.isReadable(query)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"q=%ff", "%c3%28=1", "q=%C3&x=%A4", "q=%zz", "q=%", "q=%2", "q=\u00e4"})
    void readsNoOtherQuery(String query) {
        assertThat(Spelling.isReadable(query)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "//",
                "//jails",
                "/jails//x",
                "/./jails",
                "/x/../jails",
                "/jails/.",
                "/jails/..",
                "/%2e/jails",
                "/%2E%2E/jails",
                "/%6aails",
                "/jails%2Fx",
                "/jails%5Cx",
                "/jails;a=b",
                "/jails%3Ba=b",
                "/api/v1/policies%3Asimulate",
                "/jails%00",
                "/jails%0a",
                "/jails%7f",
                "/jails%",
                "/jails%2",
                "/jails%zz",
                "/%C3",
                "/%C0%AF",
                "/%ED%A0%80",
                "/ä",
                "/a b",
                "/a\\b"
            })
    void takesNoOther(String path) {
        assertThat(Spelling.isPlain(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%61pi/v1/x",
                "//api/v1/x",
                "/./api/v1",
                "/x/../api/v1",
                "/api;a=b/v1",
                "/x/%2e%2E/api/v1",
                "\\api\\v1",
                "/api%2Fv1"
            })
    void knowsWhomToAnswerInTheFormOfTheApi(String path) {
        assertThat(Paths.isApi(path)).isTrue();
    }
}
