package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.Technique.Attempt;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * A family of techniques: the tests that none succeeds in any profile, and its table in {@code docs/escapes.md}, which is
 * written with {@code -Dbailiwick.escapes.write=true} and else only compared.
 */
record EscapeList(String family, List<Technique> techniques) {

    private static final Path PAGE = Path.of("../docs/escapes.md");

    Stream<DynamicNode> tests() throws IOException, InterruptedException {
        try (EscapeAttempts attempts = new EscapeAttempts()) {
            Map<String, Attempt> outside = attempts.outside(family);
            Map<Profile, Map<String, Attempt>> inside = new EnumMap<>(Profile.class);
            for (Profile profile : Profile.values()) {
                inside.put(profile, attempts.inside(family, profile));
            }
            String table = table(inside, outside);
            return Stream.concat(
                    techniques.stream()
                            .map(technique -> DynamicContainer.dynamicContainer(
                                    technique.text(), tests(technique, inside, outside))),
                    Stream.of(DynamicTest.dynamicTest("docs/escapes.md lists them", () -> compareOrWrite(table))));
        }
    }

    private static Stream<DynamicTest> tests(
            Technique technique, Map<Profile, Map<String, Attempt>> inside, Map<String, Attempt> outside) {
        if (!outside.containsKey(technique.name())) {
            return Stream.of(DynamicTest.dynamicTest(
                    technique.name() + " has no counterpart on this architecture",
                    () -> Assumptions.abort("this architecture has no such call")));
        }
        Stream<DynamicTest> jails = Arrays.stream(Profile.values())
                .map(profile -> DynamicTest.dynamicTest(
                        technique.name() + " is stopped in " + profile.text(),
                        () -> assertThat(Objects.requireNonNull(inside.get(profile))
                                        .get(technique.name()))
                                .as(technique.text())
                                .isNotNull()
                                .matches(attempt -> attempt.verdict().equals("stopped"))));
        if (technique.outside() != Technique.Outside.WORKS) {
            return jails;
        }
        return Stream.concat(
                jails,
                Stream.of(DynamicTest.dynamicTest(
                        technique.name() + " works outside",
                        () -> assertThat(outside.get(technique.name()))
                                .as(technique.text())
                                .isNotNull()
                                .matches(Attempt::isDone))));
    }

    private String table(Map<Profile, Map<String, Attempt>> inside, Map<String, Attempt> outside) {
        StringBuilder table = new StringBuilder("| technique | stopped by |");
        for (Profile profile : Profile.values()) {
            table.append(" `").append(profile.text()).append("` |");
        }
        table.append(" outside |\n|---|---|")
                .append("---|".repeat(Profile.values().length + 1))
                .append('\n');
        for (Technique technique : techniques) {
            table.append("| ")
                    .append(technique.text())
                    .append(" | ")
                    .append(technique.layer())
                    .append(" |");
            for (Profile profile : Profile.values()) {
                Attempt attempt = Objects.requireNonNull(inside.get(profile))
                        .getOrDefault(technique.name(), new Attempt("missing", "missing"));
                table.append(' ')
                        .append(attempt.isDone() ? "**" + attempt.text() + "**" : attempt.text())
                        .append(" |");
            }
            table.append(' ')
                    .append(outsideText(technique, outside.get(technique.name())))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String outsideText(Technique technique, @Nullable Attempt attempt) {
        if (attempt == null || technique.outside() == Technique.Outside.NOT_TRIED) {
            return "not tried";
        }
        return attempt.isDone() ? attempt.text() : "absent from this kernel: " + attempt.text();
    }

    /** Another kernel may answer with another number: what is compared is what was tried and what should stop it. */
    private void compareOrWrite(String table) throws IOException {
        String page = Files.readString(PAGE);
        String heading = "## " + Character.toUpperCase(family.charAt(0)) + family.substring(1) + "\n\n";
        int begin = page.indexOf(heading) + heading.length();
        int end = page.indexOf("\n## ", begin - 1);
        end = end < 0 ? page.length() : end;
        assertThat(begin).as(PAGE + " has the heading " + heading).isGreaterThanOrEqualTo(heading.length());
        if (Boolean.getBoolean("bailiwick.escapes.write")) {
            Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
            return;
        }
        assertThat(firstColumns(page.substring(begin, end)))
                .as("write it anew with -Dbailiwick.escapes.write=true")
                .isEqualTo(firstColumns(table));
    }

    private static String firstColumns(String table) {
        return table.lines()
                .map(line -> line.split("\\|", -1))
                .filter(cells -> cells.length > 3)
                .map(cells -> cells[1] + "|" + cells[2])
                .collect(Collectors.joining("\n"));
    }
}
