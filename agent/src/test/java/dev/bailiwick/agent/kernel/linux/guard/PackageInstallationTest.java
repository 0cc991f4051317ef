package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.DebianPrograms;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A jail with a private address installs packages from a repository beyond its host, whose name its resolv.conf finds. */
@NeedsRoot
class PackageInstallationTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        DebianPrograms.root();
        said = TrialRun.said(PackageTrials.class, "packages", "");
    }

    @Test
    void aptInstallsFromBeyondTheHostByMasqueradeOverEitherFamily() {
        for (String family : List.of("v4", "v6")) {
            assertThat(said)
                    .anySatisfy(line ->
                            assertThat(line).startsWith(family + " Get:1 http://repository.example.com here InRelease"))
                    .anySatisfy(line -> assertThat(line).startsWith(family + " Setting up libjq1"))
                    .endsWith("end")
                    .contains(family + " 42")
                    .noneSatisfy(line -> assertThat(line).startsWith(family + " W:"));
        }
    }

    @Test
    void aptFindsNothingWhereThePoolIsClosed() {
        assertThat(said)
                .anySatisfy(
                        line -> assertThat(line).startsWith("closed").contains("resolving 'repository.example.com'"))
                .doesNotContain("closed 42");
    }
}
