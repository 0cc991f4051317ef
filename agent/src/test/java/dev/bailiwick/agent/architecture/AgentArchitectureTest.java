package dev.bailiwick.agent.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The permitted dependencies inside the agent. Fixtures below this package show that each rule can fail. */
class AgentArchitectureTest {

    private static final String AGENT = "dev.bailiwick.agent";
    private static final String FIXTURE = "dev.bailiwick.agent.architecture";

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(AGENT);
    private static final JavaClasses FIXTURES = new ClassFileImporter().importPackages(FIXTURE);

    static Stream<String> rules() {
        return rules(AGENT).keySet().stream();
    }

    /** Returns the rules for the parts below {@code root}, by their descriptions. */
    private static Map<String, ArchRule> rules(String root) {
        return Map.ofEntries(
                Map.entry(
                        "native calls are made by the kernels' own parts alone",
                        noClasses()
                                .that()
                                .resideInAPackage(root + "..")
                                .and()
                                .resideOutsideOfPackages(root + ".kernel.linux..", root + ".kernel.freebsd..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("com.sun.jna..")),
                Map.entry(
                        "kernel knows no other part",
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".kernel..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        root, root + ".reconcile..", root + ".link..", "dev.bailiwick.protocol..")),
                Map.entry(
                        "one kernel's part knows nothing of another's",
                        CompositeArchRule.of(noClasses()
                                        .that()
                                        .resideInAPackage(root + ".kernel.freebsd..")
                                        .should()
                                        .dependOnClassesThat()
                                        .resideInAnyPackage(root + ".kernel.linux..", "dev.bailiwick.jail.seccomp.."))
                                .and(noClasses()
                                        .that()
                                        .resideInAPackage(root + ".kernel.linux..")
                                        .should()
                                        .dependOnClassesThat()
                                        .resideInAPackage(root + ".kernel.freebsd.."))),
                Map.entry(
                        "the parts of the Linux kernel know each other one way only",
                        slices().matching(root + ".kernel.linux.(*)..").should().beFreeOfCycles()),
                Map.entry(
                        "no part of the Linux kernel knows the whole",
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".kernel.linux.(*)..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(root + ".kernel.linux")),
                Map.entry(
                        "reconcile knows kernel, and neither link nor wire nor one kernel in particular",
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".reconcile..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        root,
                                        root + ".link..",
                                        root + ".kernel.linux..",
                                        root + ".kernel.freebsd..",
                                        "dev.bailiwick.protocol..",
                                        "io.grpc..")),
                Map.entry(
                        "what is planned does not know what carries it out",
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".reconcile.plan..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(root + ".reconcile")),
                Map.entry(
                        "link does not know reconcile, nor one kernel in particular",
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".link..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        root,
                                        root + ".reconcile..",
                                        root + ".kernel.linux..",
                                        root + ".kernel.freebsd..")),
                Map.entry(
                        "identity does not know the rest of the link",
                        noClasses()
                                .that()
                                .resideInAPackage(root + ".link.identity..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(root + ".link")),
                Map.entry(
                        "text that others wrote is read whatever bytes it holds",
                        noClasses()
                                .that()
                                .resideInAPackage(root + "..")
                                .should()
                                .callMethod(Files.class, "readString", Path.class)
                                .orShould()
                                .callMethod(Files.class, "readAllLines", Path.class)
                                .orShould()
                                .callMethod(Files.class, "lines", Path.class)
                                .orShould()
                                .callMethod(Files.class, "newBufferedReader", Path.class)),
                Map.entry(
                        "the agent starts without a framework",
                        noClasses()
                                .that()
                                .resideInAPackage(root + "..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("org.springframework..", "jakarta..", "org.junit..")));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(String name) {
        rule(AGENT, name).check(PRODUCT);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void isSeenToFail(String name) {
        assertThatThrownBy(() -> rule(FIXTURE, name).check(FIXTURES))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Architecture Violation");
    }

    @Test
    void isAboutPackagesThatExist() {
        for (String part : new String[] {
            "", ".kernel", ".kernel.linux", ".kernel.linux.syscall", ".kernel.freebsd", ".reconcile", ".link"
        }) {
            assertThat(PRODUCT.containPackage(AGENT + part)).as(AGENT + part).isTrue();
        }
        assertThat(PRODUCT.stream()
                        .filter(type -> type.getDirectDependenciesFromSelf().stream()
                                .anyMatch(dependency -> dependency
                                        .getTargetClass()
                                        .getPackageName()
                                        .startsWith("com.sun.jna")))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .as("packages that use JNA, which the first rule is about")
                .contains(AGENT + ".kernel.linux.syscall", AGENT + ".kernel.freebsd");
    }

    private static ArchRule rule(String root, String name) {
        ArchRule rule = rules(root).get(name);
        if (rule == null) {
            throw new AssertionError("no rule is called " + name);
        }
        return rule;
    }
}
