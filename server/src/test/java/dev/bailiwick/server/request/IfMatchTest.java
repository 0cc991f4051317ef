package dev.bailiwick.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IfMatchTest {

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "\"6\" , \"7\"", "\"7-0123456789ab\"", "*"})
    void admitsTheVersionItNames(String header) {
        assertThat(IfMatch.of(Optional.of(header)).admits(7)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", " , ,", "7", "\"77\"", "W/\"7\"", "\"7-"})
    void admitsNoVersionWhereItNamesNone(String header) {
        assertThat(IfMatch.of(Optional.of(header)).admits(7)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"7, true", "W/\"7\", true", "'7, 8', true", "\"7\", false", "'7, \"8\"', false", "*, false"})
    void saysHowATagIsSentWhereItNamesNone(String header, boolean isSaid) {
        assertThat(IfMatch.of(Optional.of(header)).toString().contains("with its quotes"))
                .isEqualTo(isSaid);
    }

    @Test
    void admitsAnyVersionWhereThereIsNone() {
        assertThat(IfMatch.of(Optional.empty()).admits(7)).isTrue();
    }
}
