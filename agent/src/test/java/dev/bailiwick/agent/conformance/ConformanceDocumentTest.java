package dev.bailiwick.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Csv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The evidence in docs/ is about the current policy, whichever kernel produced it. */
class ConformanceDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "conformance.csv");

    /** The columns that do not depend on a kernel. */
    private static final List<String> OF_THE_POLICY =
            List.of("number", "call", "class", "case", "way", "arguments", "policy", "decision");

    @Test
    void isOfThePolicyAsItIsNow() throws IOException {
        List<Map<String, String>> documented = ofThePolicy(Files.readString(DOCUMENT));

        assertThat(documented)
                .as("docs/conformance.csv; ./test --conformance writes it again")
                .containsExactlyElementsOf(ofThePolicy(undecided()));
    }

    @Test
    void holdsNoDisagreement() throws IOException {
        assertThat(Csv.rows(Files.readString(DOCUMENT)))
                .extracting(row -> row.get("standing"))
                .doesNotContain(Evidence.Standing.DISAGREES.text());
    }

    /** Returns a report with meaningless answers. */
    private static String undecided() throws IOException {
        List<Examiner> examiners = Subject.all().stream()
                .map(subject -> new Examiner(subject, Architecture.X86_64, Instant.EPOCH))
                .toList();
        List<Evidence> evidence = new ArrayList<>();
        for (Probe probe : ProbeTable.of(Architecture.X86_64)) {
            examiners.forEach(examiner -> evidence.add(examiner.examine(probe, Answer.OK, Optional.of(Answer.OK))));
        }
        return new ConformanceReport("no kernel", evidence).csv();
    }

    private static List<Map<String, String>> ofThePolicy(String csv) {
        return Csv.rows(csv).stream()
                .map(row -> {
                    Map<String, String> kept = new TreeMap<>(row);
                    kept.keySet().retainAll(OF_THE_POLICY);
                    return kept;
                })
                .toList();
    }
}
