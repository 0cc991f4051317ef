package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import dev.bailiwick.jail.syscall.SeedSyscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The evidence as a page for people: {@code conformance.html} beside this class, filled in. */
record ConformancePage(String kernel, List<Evidence> evidence) {

    ConformancePage {
        evidence = List.copyOf(evidence);
    }

    String html() throws IOException {
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
        String remark = probe.why().isEmpty() ? "" : "<small>" + escaped(probe.why()) + "</small>";
        return "<tr><td class=\"number\">%d</td><th scope=\"row\">%s</th><td>%s</td><td>%s%s</td><td><code>%s</code></td>%s</tr>"
                .formatted(
                        probe.target().number(),
                        escaped(probe.target().name()),
                        escaped(probe.target().letter()),
                        escaped(probe.variant()),
                        shown + remark,
                        all.getFirst().outside().map(Answer::text).orElse("–"),
                        all.stream().map(ConformancePage::cell).collect(Collectors.joining()));
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

    /** Returns the decision in a word; the page shows the rest on request. */
    private static String inAWord(String decision) {
        return decision.replaceFirst("(allow|answer 0 without effect) if .*", "by arguments")
                .replaceFirst("( with| by [a-z-]+$|:).*", "");
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
        try (InputStream stream = ConformancePage.class.getResourceAsStream("conformance.html")) {
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
