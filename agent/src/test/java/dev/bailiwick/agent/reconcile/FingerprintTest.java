package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static dev.bailiwick.agent.reconcile.Definitions.withName;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static dev.bailiwick.agent.reconcile.Definitions.withPath;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.WantedState;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    private final JailDefinition defined = definition(1);

    @Test
    void isTheSameInEveryVersion() {
        assertThat(Fingerprint.of(defined))
                .as("were this to change, an upgrade of the agent would restart every jail")
                .isEqualTo("db36d8a8f9c888785ccae8b9a0d29acc1e056c9b6012f95e7c29839b318d53dd");
    }

    @Test
    void changesWithWhatARunningJailCannotChange() {
        assertThat(Fingerprint.of(withHostname(defined, "other"))).isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(withPath(defined, "/jails/other"))).isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(withOverride(defined, "debugging", Optional.empty())))
                .isNotEqualTo(Fingerprint.of(defined));
    }

    @Test
    void ignoresWhatARunningJailDoesNotShow() {
        assertThat(Fingerprint.of(withName(defined, "other"))).isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.wanting(WantedState.STOPPED))).isEqualTo(Fingerprint.of(defined));
        Instant until = Instant.parse("2027-01-01T00:00:00Z");
        assertThat(Fingerprint.of(withOverride(defined, "debugging", Optional.empty())))
                .isEqualTo(Fingerprint.of(withOverride(defined, "another reason", Optional.of(until))));
    }
}
