package dev.bailiwick.agent.kernel.linux.escape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.escape.Technique.Attempt;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * A family of techniques: tests that none succeeds in any profile, nor with setuid programs, and its table in {@code docs/escapes.md}.
 * {@code -Dbailiwick.escapes.write=true} writes the table; otherwise the tests only compare it.
 */
record EscapeList(String family, List<Technique> techniques) {

    /** Another kernel may fail with another errno, so only the attempt and its expected protection are compared. */
    private static final int COMPARED_COLUMNS = 3;

    /** A jail in which no technique may succeed; its text is the heading of its column. */
    private record Kind(String text, Policy policy, Privileges privileges) {}

    private static final List<Kind> KINDS = Stream.concat(
                    Arrays.stream(Profile.values())
                            .map(profile -> new Kind("`" + profile.text() + "`", Policy.of(profile), Privileges.NONE)),
                    Stream.of(new Kind("`hosting`, setuid", Policy.of(Profile.HOSTING), Privileges.SETUID)))
            .toList();

    /** The column of a jail whose filter allows everything that overrides may allow. */
    private static final String OPENED = "`hosting`, filter opened";

    /** The results of all attempts of a family. */
    private record Outcomes(
            Map<Kind, Map<String, Attempt>> inside, Map<String, Attempt> opened, Map<String, Attempt> outside) {

        Set<String> names() {
            return Stream.of(inside.values().stream(), Stream.of(opened, outside))
                    .flatMap(maps -> maps)
                    .flatMap(attempts -> attempts.keySet().stream())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    Stream<DynamicNode> tests() throws IOException, InterruptedException {
        try (EscapeAttempts attempts = new EscapeAttempts()) {
            Map<String, Attempt> outside = attempts.outside(family);
            attempts.startFirstJail();
            HostState before = HostState.now();
            Map<Kind, Map<String, Attempt>> inside = new HashMap<>();
            for (Kind kind : KINDS) {
                inside.put(kind, attempts.inside(family, kind.policy(), kind.privileges()));
            }
            Outcomes outcomes = new Outcomes(
                    inside, attempts.inside(family, EscapeAttempts.openedPolicy(), Privileges.NONE), outside);
            HostState after = HostState.now();
            return Stream.concat(
                    techniques.stream()
                            .map(technique ->
                                    DynamicContainer.dynamicContainer(technique.text(), tests(technique, outcomes))),
                    Stream.of(
                            DynamicTest.dynamicTest(
                                    "every attempt that is made is listed", () -> assertListed(outcomes.names())),
                            DynamicTest.dynamicTest(
                                    "the machine's names, modules and core handler are as before",
                                    () -> assertThat(after).isEqualTo(before)),
                            DynamicTest.dynamicTest(
                                    "docs/escapes.md lists them",
                                    () -> EscapesPage.compareOrWrite(
                                            Character.toUpperCase(family.charAt(0)) + family.substring(1),
                                            table(outcomes),
                                            COMPARED_COLUMNS))));
        }
    }

    private void assertListed(Set<String> made) {
        assertThat(made)
                .isSubsetOf(Stream.concat(techniques.stream().map(Technique::name), Stream.of(EscapeAttempts.HONEST))
                        .toList());
    }

    private static Stream<DynamicTest> tests(Technique technique, Outcomes outcomes) {
        if (!technique.architectures().contains(Architecture.host())) {
            return Stream.of(DynamicTest.dynamicTest(
                    technique.name() + " has no counterpart on this architecture",
                    () -> Assumptions.abort("this architecture has no such call")));
        }
        Stream<DynamicTest> jails = KINDS.stream()
                .map(kind -> DynamicTest.dynamicTest(
                        technique.name() + " is stopped in " + kind.text(),
                        () -> assertStopped(
                                technique,
                                Objects.requireNonNull(outcomes.inside.get(kind))
                                        .get(technique.name()),
                                outcomes.outside.get(technique.name()))));
        return Stream.concat(
                jails,
                Stream.of(DynamicTest.dynamicTest(
                        technique.name() + " is a real one",
                        () -> assertReal(technique, outcomes.outside.get(technique.name())))));
    }

    private static void assertStopped(Technique technique, @Nullable Attempt inside, @Nullable Attempt outside) {
        assertThat(inside).as(technique.text()).isNotNull();
        assertThat(inside).as(technique.text()).matches(Attempt::isStopped, "is stopped");
        Assumptions.assumeFalse(
                isVacuous(technique, outside),
                () -> "proves nothing: this kernel blocks it outside a jail too, with "
                        + Objects.requireNonNull(outside).text());
    }

    /** Returns whether the result proves nothing about the jail, because the attempt fails everywhere on this kernel. */
    private static boolean isVacuous(Technique technique, @Nullable Attempt outside) {
        return technique.outside() == Technique.Outside.MAY_BE_ABSENT && outside != null && outside.isStopped();
    }

    private static void assertReal(Technique technique, @Nullable Attempt outside) {
        assertThat(outside).as("the attempt's result outside").isNotNull();
        switch (technique.outside()) {
            case WORKS -> assertThat(outside).as(technique.text()).matches(Attempt::isDone, "works");
            case MAY_BE_ABSENT -> {
                Assumptions.assumeFalse(
                        isVacuous(technique, outside),
                        () -> "proves nothing: this kernel blocks it outside a jail too, with " + outside.text());
                assertThat(outside).as(technique.text()).matches(Attempt::isDone, "works");
            }
            case NOT_TRIED -> {
                assertThat(outside.verdict()).isEqualTo("untried");
                Assumptions.abort("not tried outside, where it could touch the whole machine");
            }
        }
    }

    private String table(Outcomes outcomes) {
        StringBuilder table = new StringBuilder("| way | technique | stopped by |");
        KINDS.forEach(kind -> table.append(' ').append(kind.text()).append(" |"));
        table.append(' ').append(OPENED).append(" | outside |\n|---|---|---|---|");
        table.append("---|".repeat(KINDS.size() + 1)).append('\n');
        for (Technique technique : techniques) {
            table.append("| %s | %s | %s |"
                    .formatted(String.join(", ", technique.ids()), technique.text(), technique.layer()));
            for (Kind kind : KINDS) {
                table.append(
                        cell(Objects.requireNonNull(outcomes.inside.get(kind)).get(technique.name())));
            }
            table.append(cell(outcomes.opened.get(technique.name())))
                    .append(' ')
                    .append(outsideText(technique, outcomes.outside.get(technique.name())))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String cell(@Nullable Attempt attempt) {
        if (attempt == null) {
            return " missing |";
        }
        return attempt.isDone() ? " **%s** |".formatted(attempt.text()) : " %s |".formatted(attempt.text());
    }

    private static String outsideText(Technique technique, @Nullable Attempt attempt) {
        if (attempt == null || technique.outside() == Technique.Outside.NOT_TRIED) {
            return "not tried";
        }
        return attempt.isDone() ? attempt.text() : "blocked outside too: " + attempt.text();
    }
}
