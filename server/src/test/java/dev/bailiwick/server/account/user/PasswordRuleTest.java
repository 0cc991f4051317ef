package dev.bailiwick.server.account.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRuleTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aaaaaaaaaaaa",
                "AAAAAAAAAAAA",
                "ääääääääääää",
                "            ",
                "123456789012",
                "abcdefghijklmnop",
                "qwertyuiop[]",
                "abcabcabcabc",
                "kQ7kQ7kQ7kQ7",
                "aaaaaabbbbbb",
                "password1234",
                "Password123!",
                "passwordpassword",
                "p4ssw0rdp4ssw0rd",
                "iloveyou1234",
                "trustno1trustno1",
                "bailiwickbailiwick",
                "anna-marie.b",
                "anna-marie.b1",
                "anna-marie.banna-marie.b"
            })
    void refusesWhatIsGuessedEarly(String password) {
        assertThat(PasswordRule.fault(password, "anna-marie.b", List.of()))
                .hasValueSatisfying(fault -> assertThat(fault).startsWith("is too easy to guess"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse battery", "dJ3kq9fnA2ls", "zwei gruene Autos", "пароль из семи слов"})
    void acceptsTheRest(String password) {
        assertThat(PasswordRule.fault(password, "anna-marie.b", List.of())).isEmpty();
    }

    @Test
    void asksForTwelveToTwoHundredCharacters() {
        assertThat(PasswordRule.fault(null, "anna", List.of())).hasValue("must have 12 to 200 characters");
        for (String password : List.of("", "dJ3kq9fnA2l", "dJ3kq9fnA2ls".repeat(17))) {
            assertThat(PasswordRule.fault(password, "anna", List.of())).hasValue("must have 12 to 200 characters");
        }
    }

    /** Also those that are repeated or lengthened as people do it to reach twelve characters. */
    @Test
    void refusesEachOfTheCommonPasswords() throws IOException {
        List<String> common = PasswordRule.commonPasswords();
        assertThat(common).hasSizeGreaterThan(19_000).startsWith("123456", "123456789", "qwerty", "password");
        List<String> accepted = common.stream()
                .flatMap(word -> Stream.of(
                        word,
                        word.repeat((PasswordRule.MIN - 1) / word.length() + 1),
                        word + "1234",
                        word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) + "123!"))
                .filter(password ->
                        PasswordRule.fault(password, "anna", List.of()).isEmpty())
                .toList();
        assertThat(accepted).isEmpty();
    }

    @Test
    void doesNotTakeLongForALongOne() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            password.append((char) ('!' + i * 37 % 94));
        }
        // Measuring the whole password would take 20 s.
        assertTimeout(
                Duration.ofSeconds(10),
                () -> assertThat(PasswordRule.fault(password.toString(), "anna", List.of()))
                        .isEmpty());
    }

    @Test
    void refusesTheNameOfTheCustomer() {
        List<String> organisations = List.of("Halle Online GmbH");
        for (String password : List.of("halleonline2026", "HalleOnlineGmbH", "halleonlinehalle")) {
            assertThat(PasswordRule.fault(password, "anna@halle.example", organisations))
                    .as(password)
                    .isPresent();
        }
        assertThat(PasswordRule.fault("correct horse battery", "anna@halle.example", organisations))
                .isEmpty();
    }
}
