package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes of rules, of published ports, of networks and of pools, by an agent that ends before any of their transactions. What is reached
 * then is compared with what is reached before the change and after it.
 */
@NeedsRoot
class InterruptedChangesTest {

    private static final List<String> CHANGES =
            List.of("firewall", "customer", "port", "withdrawal", "network", "pool");

    private static List<String> said = List.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws Exception {
        Path library = directory.resolve("libnftables.so.1");
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-shared",
                        "-fPIC",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-o",
                        library.toString(),
                        Path.of("src/test/c/nftables/steps.c").toAbsolutePath().toString(),
                        "-ldl")
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        Path steps = Files.writeString(directory.resolve("steps"), "-1\n");
        said = TrialRun.said(
                InterruptedTrials.class,
                "interrupted",
                "export LIBNFTABLES_STEPS=" + steps + " JAVA_TOOL_OPTIONS=-Djna.library.path=" + directory);
    }

    private static Map<String, String> section(String name) {
        return TrialRun.section(said, name);
    }

    @Test
    void nothingIsReachedThatNeitherTheStateBeforeNorTheOneAfterwardsLetsPass() {
        assertThat(section("differs"))
                .as("the changes do something")
                .containsOnlyKeys(CHANGES)
                .containsValues("true")
                .doesNotContainValue("false");
        assertThat(section("looked").values()).as("something is reached").doesNotContain("0");
        assertThat(said).filteredOn(line -> line.startsWith("more ")).isEmpty();
    }

    @Test
    void theSameAgentAndTheNextOneFinishTheChange() {
        assertThat(said)
                .filteredOn(line -> line.startsWith("converged "))
                .hasSize(section("looked").size());
    }

    @Test
    void eachChangeHasBeenStoppedBeforeEachOfItsTransactions() {
        Map<String, String> steps = section("steps");
        assertThat(steps).containsOnlyKeys(CHANGES);
        // The last try of each had one more than the change needs.
        assertThat(steps.values())
                .extracting(Integer::valueOf)
                .allSatisfy(last -> assertThat(last).isGreaterThanOrEqualTo(2));
        assertThat(Integer.parseInt(steps.get("customer")))
                .as("more rules than one transaction has")
                .isGreaterThanOrEqualTo(3);
    }
}
