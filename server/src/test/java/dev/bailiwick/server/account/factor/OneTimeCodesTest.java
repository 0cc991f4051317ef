package dev.bailiwick.server.account.factor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneTimeCodesTest {

    private static final byte[] KEY = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    private final OneTimeCodes codes = new OneTimeCodes();

    /** The test vectors of RFC 6238, appendix B, for SHA-1. */
    @ParameterizedTest
    @CsvSource({
        "59,          94287082",
        "1111111109,  07081804",
        "1111111111,  14050471",
        "1234567890,  89005924",
        "2000000000,  69279037",
        "20000000000, 65353130"
    })
    void acceptsTheCodesOfTheStandard(long seconds, String eightDigits) {
        Instant at = Instant.ofEpochSecond(seconds);
        assertThat(Authenticator.withBytes(KEY).code(at, 8)).isEqualTo(eightDigits);

        assertThat(codes.period(KEY, eightDigits.substring(2), at)).hasValue(seconds / 30);
    }

    @Test
    void acceptsTheCodesBeforeAndAfter() {
        Instant now = Instant.ofEpochSecond(1_111_111_110);
        Authenticator authenticator = Authenticator.withBytes(KEY);
        for (int late = -1; late <= 1; late++) {
            String code = authenticator.code(now.plusSeconds(30L * late), 6);
            assertThat(codes.period(KEY, code, now)).hasValue(now.getEpochSecond() / 30 + late);
        }
        assertThat(codes.period(KEY, authenticator.code(now.plusSeconds(60), 6), now))
                .isEmpty();
        assertThat(codes.period(KEY, authenticator.code(now.minusSeconds(60), 6), now))
                .isEmpty();
    }

    @Test
    void aCodeHasSixDigits() {
        assertThat(OneTimeCodes.isCode("012345")).isTrue();
        assertThat(OneTimeCodes.isCode("12345")).isFalse();
        assertThat(OneTimeCodes.isCode("１２３４５６")).isFalse();
    }

    @Test
    void recoveryCodesNameTheirNumberAndAreReadAsTyped() {
        var fresh = RecoveryCodes.fresh();
        assertThat(fresh).hasSize(10).doesNotHaveDuplicates().allMatch(code -> code.matches("(?:[a-z2-9]{4}-?){3}"));
        for (int i = 0; i < fresh.size(); i++) {
            String typed = " " + fresh.get(i).toUpperCase(java.util.Locale.ROOT).replace('-', ' ');
            assertThat(RecoveryCodes.number(RecoveryCodes.plain(typed))).hasValue(i + 1);
        }
        assertThat(RecoveryCodes.number("zaaaaaaaaaaa")).as("there is no 26th").isEmpty();
        assertThat(RecoveryCodes.number("123456")).isEmpty();
    }
}
