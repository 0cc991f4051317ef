package dev.bailiwick.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tries every row of the table with every policy on this kernel. Writes {@code target/conformance}, and also to the directory that the
 * property {@code conformance.docs} names.
 */
@NeedsRoot
class ConformanceTest {

    private static final Path WORK = Path.of("target", "conformance");
    /** Any time, because no override here ends. */
    private static final Instant NOW = Instant.EPOCH;

    private static final List<Subject> SUBJECTS = Subject.all();

    private static List<Probe> probes = List.of();
    private static Map<Probe, Answer> outside = Map.of();
    private static final Map<String, Map<Probe, Answer>> INSIDE = new LinkedHashMap<>();
    private static final Map<String, Map<Probe, Answer>> WITH_SETUID = new LinkedHashMap<>();

    private static final Map<String, Map<Probe, Answer>> ENTERED = new LinkedHashMap<>();
    private static final Map<String, Map<Probe, Answer>> ENTERED_WITH_SETUID = new LinkedHashMap<>();

    private static final String RESTRICT_SELF = "landlock_restrict_self";

    /**
     * What the kernel lets a process do to itself only if its programs cannot gain privileges by it (no_new_privs), or if it has
     * CAP_SYS_ADMIN: seccomp(2), landlock_restrict_self(2). Only the profile {@code system} gives that capability.
     */
    private static final Map<String, Answer> REFUSED_WITH_SETUID = Map.of(
            "seccomp, SECCOMP_SET_MODE_FILTER",
            Answer.of(Errno.EACCES),
            "prctl, PR_SET_SECCOMP",
            Answer.of(Errno.EACCES),
            RESTRICT_SELF,
            Answer.of(Errno.EPERM));

    @BeforeAll
    static void ask() throws IOException, InterruptedException {
        probes = ProbeTable.of(Architecture.host());
        ProbeProgram program = new ProbeProgram(WORK);
        outside = program.outside(probes);
        try (TestHost host = new TestHost()) {
            for (Subject subject : SUBJECTS) {
                String name = subject.name();
                INSIDE.put(name, program.inside(host, name, subject.policy(), Privileges.NONE, probes));
                WITH_SETUID.put(
                        name, program.inside(host, name + "-setuid", subject.policy(), Privileges.SETUID, probes));
                ENTERED.put(name, program.entered(host, name + "-entered", subject.policy(), Privileges.NONE, probes));
                ENTERED_WITH_SETUID.put(
                        name,
                        program.entered(host, name + "-entered-setuid", subject.policy(), Privileges.SETUID, probes));
            }
        }
    }

    @Test
    void findsTheKernelOfOneMindWithThePolicy() throws IOException {
        List<Evidence> evidence = new ArrayList<>();
        List<Map<Probe, Evidence>> bySubject =
                SUBJECTS.stream().map(s -> examine(s, answersOf(s.name()))).toList();
        for (Probe probe : probes) {
            bySubject.forEach(all -> evidence.add(all.get(probe)));
        }
        ConformanceReport report = new ConformanceReport(kernel(), evidence);
        report.write(WORK);
        String docs = System.getProperty("conformance.docs", "");
        if (!docs.isEmpty()) {
            report.write(Path.of(docs));
        }

        assertThat(report.disagreements()).isEmpty();
    }

    /** The opposite probe for the suite itself: a jail compared with promises of another policy. */
    @Test
    void noticesAJailThatIsNotHeldToItsPolicy() {
        Subject altered = new Subject("altered", Policy.of(Profile.STRICT2002));

        List<String> noticed = examine(altered, answersOf(Profile.HOSTING.text())).values().stream()
                .filter(e -> e.standing() == Standing.DISAGREES)
                .map(e -> e.probe().target().name())
                .distinct()
                .toList();

        assertThat(noticed).contains("sysinfo", "ptrace", "setpriority", "mknod", "prlimit64");
        assertThat(noticed).doesNotContain("read", "mount", "i386 sys_exit");
    }

    /** docs/policy.md says this. */
    @Test
    void answersTheSameInJailsWithSetuidExceptWhereTheKernelAsksForNoNewPrivileges() {
        for (Subject subject : SUBJECTS) {
            Map<Probe, Answer> expected = new LinkedHashMap<>(answersOf(subject.name()));
            if (subject.policy().profile() != Profile.SYSTEM) {
                expected.replaceAll((probe, answer) ->
                        answer.equals(Answer.OK) ? REFUSED_WITH_SETUID.getOrDefault(probe.toString(), answer) : answer);
            }
            // A kernel that does not use Landlock answers before it looks at privileges, with an error that counts as
            // reached.
            expected.replaceAll((probe, answer) -> probe.toString().equals(RESTRICT_SELF)
                            && Answer.OK.equals(WITH_SETUID
                                    .getOrDefault(subject.name(), Map.of())
                                    .get(probe))
                    ? Answer.OK
                    : answer);

            assertThat(WITH_SETUID).as(subject.name()).containsEntry(subject.name(), expected);
        }
        // Without this, jails that ignore their privileges would pass.
        assertThat(WITH_SETUID.get(Profile.HOSTING.text())).isNotEqualTo(answersOf(Profile.HOSTING.text()));
    }

    /** docs/policy.md says this. */
    @Test
    void answersCommandsThatEnterAsItAnswersTheFirstProcess() {
        assertThat(ENTERED).isEqualTo(INSIDE);
        assertThat(ENTERED_WITH_SETUID).isEqualTo(WITH_SETUID);
    }

    private static Map<Probe, Answer> answersOf(String name) {
        Map<Probe, Answer> answers = INSIDE.get(name);
        if (answers == null) {
            throw new AssertionError("no jail was called " + name);
        }
        return answers;
    }

    private static Map<Probe, Evidence> examine(Subject subject, Map<Probe, Answer> inside) {
        Examiner examiner = new Examiner(subject, Architecture.host(), NOW);
        Map<Probe, Evidence> all = new LinkedHashMap<>();
        inside.forEach((probe, answer) ->
                all.put(probe, examiner.examine(probe, answer, Optional.ofNullable(outside.get(probe)))));
        return all;
    }

    /** Returns the kernel's version without patch level and build, which change without a change of calls. */
    private static String kernel() throws IOException {
        String release = Files.readString(Path.of("/proc/sys/kernel/osrelease"));
        Matcher version = Pattern.compile("\\d+\\.\\d+").matcher(release);
        assertThat(version.find()).as(release).isTrue();
        return "Linux " + version.group() + ", " + Architecture.host().text();
    }
}
