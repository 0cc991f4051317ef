package dev.bailiwick.jail.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SeccompFilterTest {

    static Stream<Arguments> profilesAndArchitectures() {
        return Arrays.stream(Profile.values())
                .flatMap(p -> Arrays.stream(Architecture.values()).map(a -> Arguments.of(p, a)));
    }

    @ParameterizedTest
    @MethodSource("profilesAndArchitectures")
    void isShortAndShallow(Profile profile, Architecture architecture) {
        SeccompFilter filter = SeccompCompiler.compile(Policy.of(profile), architecture, Instant.EPOCH);

        System.out.println(profile.text() + ": " + filter);
        assertThat(filter.length()).isLessThan(300);
        assertThat(filter.depth()).isLessThanOrEqualTo(24);
        assertThat(filter.program()).hasSize(filter.length() * 8);
    }
}
