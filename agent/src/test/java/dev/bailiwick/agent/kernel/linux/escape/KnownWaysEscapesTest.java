package dev.bailiwick.agent.kernel.linux.escape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.escape.KnownWays.Account;
import dev.bailiwick.agent.kernel.linux.escape.KnownWays.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every known way out has an attempt, a test, or a reason why it does not apply. */
class KnownWaysEscapesTest {

    private static final List<EscapeList> LISTS = List.of(
            CrashesEscapesTest.LIST,
            FilesEscapesTest.LIST,
            KernelEscapesTest.LIST,
            NetworkEscapesTest.LIST,
            ProcessesEscapesTest.LIST);

    private static final List<String> MODULES = List.of("agent", "jail", "server", "e2e");

    private final KnownWays known;

    KnownWaysEscapesTest() throws IOException {
        known = KnownWays.read();
    }

    @Test
    void attemptsEachThatIsNotAccountedForElsewhere() {
        assertThat(attempted())
                .containsAll(known.ways().stream()
                        .filter(way -> way.account() instanceof Account.Attempts)
                        .map(Way::id)
                        .toList());
    }

    @Test
    void namesNoneThatIsNotKnown() {
        assertThat(known.ways()).extracting(Way::id).doesNotHaveDuplicates().containsAll(attempted());
        assertThat(LISTS)
                .flatExtracting(EscapeList::techniques)
                .allMatch(technique -> !technique.ids().isEmpty());
    }

    @Test
    void excusesNoneThatIsAttempted() {
        assertThat(attempted())
                .doesNotContainAnyElementsOf(known.ways().stream()
                        .filter(way -> way.account() instanceof Account.Excused)
                        .map(Way::id)
                        .toList());
    }

    @Test
    void namesTestsThatAreThere() throws IOException {
        assertThat(tests())
                .containsAll(known.ways().stream()
                        .map(Way::account)
                        .mapMulti((Account account, Consumer<String> names) -> {
                            if (account instanceof Account.Test test) {
                                names.accept(test.name());
                            }
                        })
                        .toList());
    }

    @Test
    void pageListsThem() throws IOException {
        EscapesPage.compareOrWrite(
                "Tried elsewhere",
                table(
                        "| way | technique | test |\n|---|---|---|\n",
                        way -> way.account() instanceof Account.Test(String name)
                                ? "| %s | %s | `%s` |\n".formatted(way.id(), way.text(), name)
                                : ""),
                3);
        EscapesPage.compareOrWrite(
                "Not applicable here",
                table(
                        "| way | technique | because |\n|---|---|---|\n",
                        way -> way.account() instanceof Account.Excused(String reason)
                                ? "| %s | %s | %s |\n".formatted(way.id(), way.text(), reason)
                                : ""),
                3);
    }

    private String table(String head, Function<Way, String> row) {
        return known.ways().stream().map(row).collect(Collectors.joining("", head, ""));
    }

    private static Set<String> attempted() {
        return LISTS.stream()
                .flatMap(list -> list.techniques().stream())
                .flatMap(technique -> technique.ids().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> tests() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith("Test.java"))
                        .map(file -> file.substring(0, file.length() - ".java".length()))
                        .forEach(names::add);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return names;
    }
}
