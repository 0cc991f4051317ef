package dev.bailiwick.server.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

class PageFailuresTest {

    @ParameterizedTest
    @CsvSource({
        "/sign-in/link/s3cret, /sign-in/link/…",
        "/sign-in/invitation/s3cret, /sign-in/invitation/…",
        "/sign-in/reset/s3cret;x=1, /sign-in/reset/…",
        "/sign-in, /sign-in",
        "/jails/01a22a16, /jails/01a22a16"
    })
    void logHasNoSecretOfALink(String path, String logged) {
        assertThat(PageFailures.shown(new MockHttpServletRequest("POST", path))).isEqualTo(logged);
    }
}
