package dev.bailiwick.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
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

    @BeforeAll
    static void ask() throws IOException, InterruptedException {
        probes = ProbeTable.of(Architecture.host());
        ProbeProgram program = new ProbeProgram(WORK);
        outside = program.outside(probes);
        try (TestHost host = new TestHost()) {
            for (Subject subject : SUBJECTS) {
                INSIDE.put(subject.name(), program.inside(host, subject.name(), subject.policy(), probes));
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
