package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import dev.bailiwick.jail.syscall.SeedSyscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the evidence down, as CSV and as a page. The same evidence gives the same files: they hold no time, no process id
 * and no address.
 *
 * @param kernel and architecture, for people
 * @param evidence in the order of the probes, policies alternating
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
        Files.writeString(directory.resolve("conformance.html"), page());
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

    String page() throws IOException {
        return template()
                .replace("{{kernel}}", escaped(kernel))
                .replace("{{totals}}", totals())
                .replace(
                        "{{policies}}",
                        policies().map("<th scope=\"col\">%s</th>"::formatted).collect(Collectors.joining()))
                .replace(
                        "{{standings}}",
                        options(Arrays.stream(Standing.values()).map(Standing::text)))
                .replace("{{legend}}", legend())
                .replace("{{rows}}", rows())
                .replace("{{proposal}}", proposal());
    }

    private Stream<String> policies() {
        return evidence.stream().map(Evidence::policy).distinct();
    }

    private String totals() {
        return policies()
                .map(policy -> Arrays.stream(Standing.values())
                        .map(standing -> "<td>" + count(policy, standing) + "</td>")
                        .collect(Collectors.joining("", "<tr><th scope=\"row\">" + policy + "</th>", "</tr>\n")))
                .collect(Collectors.joining("", totalsHeader(), ""));
    }

    private static String totalsHeader() {
        return Arrays.stream(Standing.values())
                .map(standing -> "<th scope=\"col\">" + standing.text() + "</th>")
                .collect(Collectors.joining("", "<tr><th scope=\"col\">policy</th>", "</tr>\n"));
    }

    private long count(String policy, Standing standing) {
        return evidence.stream()
                .filter(e -> e.policy().equals(policy) && e.standing() == standing)
                .count();
    }

    private static String legend() {
        return Arrays.stream(Standing.values())
                .map(s -> "<dt>%s</dt><dd>%s</dd>".formatted(s.text(), s.meaning()))
                .collect(Collectors.joining("\n"));
    }

    private static String options(Stream<String> values) {
        return values.map("<option>%s</option>"::formatted).collect(Collectors.joining());
    }

    private String rows() {
        Map<Probe, List<Evidence>> byProbe = evidence.stream()
                .collect(Collectors.groupingBy(Evidence::probe, LinkedHashMap::new, Collectors.toList()));
        List<String> rows = new ArrayList<>();
        byProbe.forEach((probe, all) -> rows.add(row(probe, all)));
        return String.join("\n", rows);
    }

    private static String row(Probe probe, List<Evidence> all) {
        String shown = probe.arguments().isEmpty()
                ? ""
                : "<code class=\"arguments\">" + escaped(probe.arguments()) + "</code>";
        return "<tr><td class=\"number\">%d</td><th scope=\"row\">%s</th><td>%s</td><td>%s%s</td><td><code>%s</code></td>%s</tr>"
                .formatted(
                        probe.target().number(),
                        escaped(probe.target().name()),
                        escaped(probe.target().letter()),
                        escaped(probe.variant()),
                        shown,
                        all.getFirst().outside().map(Answer::text).orElse("–"),
                        all.stream().map(ConformanceReport::cell).collect(Collectors.joining()));
    }

    private static String cell(Evidence e) {
        boolean asOutside = e.outside().filter(e.inside()::equals).isPresent();
        return "<td class=\"%s\" title=\"%s\" data-standing=\"%s\"><code>%s</code> <small>%s · %s</small>%s</td>"
                .formatted(
                        e.standing() == Standing.DISAGREES ? "disagrees" : asOutside ? "same" : "held",
                        escaped(e.decision()),
                        e.standing().text(),
                        e.inside(),
                        inAWord(e.decision()),
                        escaped(e.mechanism()),
                        e.standing() == Standing.PROVEN
                                ? ""
                                : " <i>" + e.standing().text() + "</i>");
    }

    /** The rest is shown on asking. */
    private static String inAWord(String decision) {
        return decision.replaceFirst("allow if .*", "by arguments").replaceFirst("( with| by [a-z-]+$|:).*", "");
    }

    private String proposal() {
        Map<String, List<Evidence>> byName = evidence.stream()
                .collect(Collectors.groupingBy(e -> e.probe().target().name()));
        return SyscallTable.linux().seed().stream()
                .map(seed -> proposalRow(seed, byName.getOrDefault(ProbeTable.i386Name(seed), List.of())))
                .collect(Collectors.joining("\n"));
    }

    private static String proposalRow(SeedSyscall seed, List<Evidence> byOldNumber) {
        String answers =
                byOldNumber.stream().map(e -> e.inside().text()).distinct().collect(Collectors.joining(", "));
        String today = seed.today().stream().map("<code>%s</code>"::formatted).collect(Collectors.joining(" "));
        return "<tr><td class=\"number\">%d</td><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td><code>%s</code></td></tr>"
                .formatted(
                        seed.sequence(),
                        escaped(seed.name()),
                        escaped(seed.letter()),
                        escaped(seed.fate()),
                        today.isEmpty() ? "gone: no call of 64-bit Linux does its work" : today,
                        answers);
    }

    private static String template() throws IOException {
        try (InputStream stream = ConformanceReport.class.getResourceAsStream("conformance.html")) {
            if (stream == null) {
                throw new IOException("conformance.html is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
