package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.account.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpMethod;

/** The log warns only of what an operator can do something about. */
@ServerTest
@ExtendWith(OutputCaptureExtension.class)
class UselessWarningsTest {

    @Autowired
    private ApiClient api;

    @Test
    void areNotLoggedAboutTheFaultOfACaller(CapturedOutput log) {
        Caller caller = Fleet.OPERATOR;

        assertThat(api.call(caller, HttpMethod.DELETE, "/api/v1/jails", "")).hasStatus(405);

        assertThat(log.getAll()).doesNotContain("not supported");
    }

    @Test
    void areNotLoggedAtTheStart() {
        assertThat(LoggerFactory.getLogger("org.springdoc.core.events.SpringDocAppInitializer")
                        .isWarnEnabled())
                .as("the description of the API is public")
                .isFalse();
    }
}
