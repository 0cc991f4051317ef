package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.modulith.core.ApplicationModules;

/**
 * The allowed dependencies between modules: {@code link → denial → jail → network → host → notification → account}; audit
 * uses only database, and request only problem.
 */
class ModulesTest {

    private static final String ROOT = "dev.bailiwick.server.";

    private static final JavaClasses SERVER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.bailiwick.server");

    /** The modules that each module may use. A module that is missing here fails {@link #knowsEveryModule}. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("audit", List.of("database")),
            Map.entry("problem", List.of("bounds")),
            Map.entry("request", List.of("problem", "bounds")),
            Map.entry("database", List.of()),
            Map.entry("bounds", List.of()),
            Map.entry("compression", List.of()),
            Map.entry("secret", List.of()),
            Map.entry("mail", List.of("database", "problem", "bounds")),
            Map.entry("account", List.of("audit", "database", "mail", "request", "problem", "secret", "bounds")),
            Map.entry("idempotency", List.of("account", "database", "problem")),
            Map.entry("page", List.of("account", "database", "problem", "secret")),
            Map.entry("plan", List.of("page", "account", "audit", "request", "problem")),
            Map.entry("notification", List.of("account", "database")),
            Map.entry(
                    "host",
                    List.of("notification", "page", "account", "audit", "request", "problem", "secret", "bounds")),
            Map.entry("network", List.of("host", "page", "account", "audit", "problem", "database")),
            Map.entry(
                    "jail",
                    List.of(
                            "network",
                            "host",
                            "plan",
                            "notification",
                            "page",
                            "account",
                            "audit",
                            "database",
                            "mail",
                            "request",
                            "problem",
                            "bounds")),
            Map.entry("denial", List.of("jail", "page", "account", "database", "problem")),
            Map.entry(
                    "figure",
                    List.of("jail", "host", "notification", "page", "account", "audit", "database", "problem")),
            Map.entry("ssh", List.of("jail", "account", "database", "problem", "secret", "bounds")),
            Map.entry("observation", List.of("denial", "jail", "page", "account", "request", "problem")),
            Map.entry(
                    "link",
                    List.of(
                            "denial",
                            "figure",
                            "jail",
                            "network",
                            "host",
                            "notification",
                            "account",
                            "audit",
                            "database",
                            "problem",
                            "bounds")));

    @Test
    void hasNoCyclesAndNothingThatReachesIntoAModule() {
        ApplicationModules.of(BailiwickServer.class).verify();
    }

    @Test
    void knowsEveryModule() {
        assertThat(ApplicationModules.of(BailiwickServer.class).stream()
                        .map(module -> module.getIdentifier().toString()))
                .isSubsetOf(MAY_USE.keySet());
    }

    @TestFactory
    Stream<DynamicTest> usesOnlyWhatItMay() {
        return MAY_USE.entrySet().stream()
                .map(module -> DynamicTest.dynamicTest(module.getKey(), () -> {
                    assertThat(SERVER.containPackage(ROOT + module.getKey()))
                            .as("There is a package " + module.getKey())
                            .isTrue();
                    rule(module.getKey(), module.getValue()).check(SERVER);
                }));
    }

    /** Shows that the rules detect violations: each actual use is found when it is forbidden. */
    @TestFactory
    Stream<DynamicTest> findsAUseThatIsForbidden() {
        return Stream.of("account", "host", "jail", "network")
                .map(module -> DynamicTest.dynamicTest(
                        module + " without problem",
                        () -> assertThatThrownBy(() -> rule(module, List.of()).check(SERVER))
                                .isInstanceOf(AssertionError.class)
                                .hasMessageContaining("dev.bailiwick.server.problem")));
    }

    @Test
    void packagesOfAModuleKnowEachOtherOneWayOnly() {
        withoutCycles().check(SERVER);
    }

    /** Between the packages of a module, and between a package and the module's root. */
    @ParameterizedTest
    @ValueSource(strings = {"dev.bailiwick.server.cycle.packages", "dev.bailiwick.server.cycle.module"})
    void findsACycleOfPackages(String fixture) {
        JavaClasses classes = new ClassFileImporter().importPackages(fixture);
        assertThatThrownBy(() -> withoutCycles().check(classes))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Cycle detected");
    }

    private static ArchRule withoutCycles() {
        return SlicesRuleDefinition.slices()
                .assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles();
    }

    private static ArchRule rule(String module, List<String> mayUse) {
        String[] forbidden = MAY_USE.keySet().stream()
                .filter(other -> !other.equals(module) && !mayUse.contains(other))
                .map(other -> ROOT + other + "..")
                .toArray(String[]::new);
        return ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage(ROOT + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden);
    }
}
