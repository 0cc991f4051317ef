package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the evidence as CSV and as a page. The same evidence produces the same files: they contain no time, no process id and no
 * address.
 *
 * @param kernel the kernel and architecture, for people
 * @param evidence in the order of the probes, with the policies alternating
 */
record ConformanceReport(String kernel, List<Evidence> evidence) {

    private static final List<String> HEADER = List.of(
            "number",
            "call",
            "class",
            "case",
            "way",
            "arguments",
            "policy",
            "decision",
            "mechanism",
            "promised",
            "inside",
            "outside",
            "standing",
            "remark");

    ConformanceReport {
        evidence = List.copyOf(evidence);
    }

    List<Evidence> disagreements() {
        return evidence.stream().filter(e -> e.standing() == Standing.DISAGREES).toList();
    }

    /** Writes {@code conformance.csv} and {@code conformance.html}. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("conformance.csv"), csv());
        Files.writeString(directory.resolve("conformance.html"), new ConformancePage(kernel, evidence).html());
    }

    String csv() {
        return Stream.concat(Stream.of(HEADER), evidence.stream().map(ConformanceReport::cells))
                .map(cells -> cells.stream().map(ConformanceReport::quoted).collect(Collectors.joining(",", "", "\n")))
                .collect(Collectors.joining());
    }

    private static List<String> cells(Evidence e) {
        Probe probe = e.probe();
        return List.of(
                Integer.toString(probe.target().number()),
                probe.target().name(),
                probe.target().letter(),
                probe.variant(),
                probe.way().text(),
                probe.arguments(),
                e.policy(),
                e.decision(),
                e.mechanism(),
                e.expected().text(),
                e.inside().text(),
                e.outside().map(Answer::text).orElse(""),
                e.standing().text(),
                probe.why());
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[,\"\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
}
