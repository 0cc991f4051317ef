package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.reconcile.EndedRunFiles;
import dev.bailiwick.agent.reconcile.LastEndFiles;
import dev.bailiwick.agent.reconcile.Reconciler;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Jails end in the commonest ways, and their hosts say why. */
@NeedsRoot
class EndsInWordsTest {

    /** Causes that a shell script brings about, in a jail with the thin base. */
    private static final Map<String, String> SCRIPTS = Map.ofEntries(
            Map.entry("CommandNotFound", "exec nothing-here"),
            Map.entry("NotExecutable", "exec /etc/passwd"),
            Map.entry("WrongFormat", "exec bash -c /opaque"),
            Map.entry("DirectoryMissing", "exec 3>/run/none/server.sock"),
            Map.entry("FileMissing", "exec cat /srv/none.conf"),
            Map.entry("PermissionDenied", "exec setpriv --reuid 33 --regid 33 --clear-groups cat /root/x"),
            Map.entry("OperationRefused", "exec date -s 2020-01-01"),
            Map.entry("ReadOnly", "exec touch /usr/x"),
            Map.entry("DiskFull", "exec dd if=/dev/zero of=/dev/shm/x bs=1M count=100"),
            Map.entry(
                    "FileLimit",
                    "ulimit -n 4; exec perl -e 'open(A, q(/dev/null)) && open(B, q(/dev/null)) or die qq(open: $!\n)'"),
            Map.entry("ProcessLimit", "ulimit -p 1; true | true; exit 2"),
            Map.entry("OutOfMemory", "ulimit -v 100000; exec perl -e '$x = q(x) x 500_000_000'"),
            Map.entry("UserUnknown", "exec chown nosuch: /srv"),
            Map.entry(
                    "PortTaken",
                    "exec perl -MIO::Socket::INET -e 'sub l { IO::Socket::INET->new(Listen => 1, LocalPort => 8080) }"
                            + " $a = l() or die qq(first: $!\n); l() or die qq(cannot bind to port 8080: $!\n)'"),
            Map.entry(
                    "AddressMissing",
                    "exec perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Listen => 1, LocalAddr => q(192.0.2.77), LocalPort =>"
                            + " 8080) or die qq(bind: $!\n)'"),
            Map.entry(
                    "PortForbidden",
                    "exec setpriv --reuid 33 --regid 33 --clear-groups perl -MIO::Socket::INET -e"
                            + " 'IO::Socket::INET->new(Listen => 1, LocalPort => 80) or die qq(bind() to 0.0.0.0:80 failed: $!\n)'"),
            Map.entry(
                    "PeerUnreachable",
                    "exec perl -MIO::Socket::INET -e 'IO::Socket::INET->new(q(127.0.0.1:9)) or die qq(connect: $!\n)'"),
            Map.entry(
                    "NameNotResolved",
                    "exec perl -MSocket=getaddrinfo -e '($e) = getaddrinfo(q(db.example.invalid), 80); die qq(db: $e\n)'"),
            Map.entry("Crashed", "exec perl -e 'unpack q(p), pack q(Q), 1'"),
            Map.entry("KilledFromOutside", "sh -c 'kill -KILL $$' 2>/dev/null; exit $?"),
            Map.entry("EndedBySignal", "sh -c 'kill -TERM $$' 2>/dev/null; exit $?"),
            Map.entry("EndsAtOnce", "exit 0"),
            Map.entry("PrivilegeRefused", "exec setpriv --reuid 33 --regid 33 --clear-groups mount -t tmpfs none /srv"),
            Map.entry("LastOutput", "echo '\033[31mnginx: unknown directive\033[0m'; exit 1"));

    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

    private record Ended(String condition, String cause) {}

    @Test
    void saysWhyAJailEndedOrDidNotStart() throws Exception {
        try (TestHost host = new TestHost()) {
            Map<JailId, Ended> expected = new LinkedHashMap<>();
            Map<JailId, DesiredObject> wanted = new LinkedHashMap<>();
            SCRIPTS.forEach((cause, script) -> {
                JailDefinition definition =
                        host.definition("ends-" + cause.toLowerCase(Locale.ROOT), "/bin/sh", "-c", script);
                put(host.newId(), definition, new Ended("InitExited", cause), wanted, expected);
            });
            put(host.newId(), host.definition("absent", "/no/such"), start("CommandNotFound"), wanted, expected);
            put(host.newId(), host.definition("plain", "/etc/passwd"), start("NotExecutable"), wanted, expected);
            put(host.newId(), host.definition("loop", "/dev/shm"), start("NotExecutable"), wanted, expected);
            put(host.newId(), host.definition("foreign", "/opaque"), start("WrongFormat"), wanted, expected);
            put(host.newId(), host.definition("orphan", "/script"), start("InterpreterMissing"), wanted, expected);
            put(host.newId(), host.definition("unlinked", "/program"), end("LibraryMissing"), wanted, expected);
            put(
                    host.newId(),
                    killing(host.definition("killing", "/usr/bin/perl", "-e", "syscall 99, 0")),
                    end("CallBlocked"),
                    wanted,
                    expected);
            put(
                    host.newId(),
                    host.definition("booting", "/lib/systemd/systemd"),
                    end("WrongProfile"),
                    wanted,
                    expected);
            for (DesiredObject jail : wanted.values()) {
                addPrograms(((DesiredJail.Present) jail).definition());
            }

            Map<JailId, Report> last = new TreeMap<>();
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> new DesiredState(1, Map.copyOf(wanted)), reports::add);
                long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
                while (last.size() < wanted.size()) {
                    Report report = reports.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                    assertThat(report).as("reports of " + names(wanted, last)).isNotNull();
                    if (isWaiting(report)) {
                        last.put(report.jail(), report);
                    }
                }
            }
            List<String> otherwise = new ArrayList<>();
            for (Map.Entry<JailId, Ended> each : expected.entrySet()) {
                List<Condition> conditions =
                        Objects.requireNonNull(last.get(each.getKey())).conditions();
                List<String> reasons =
                        conditions.stream().map(Condition::reason).toList();
                if (!reasons.equals(
                        List.of(each.getValue().condition(), each.getValue().cause()))) {
                    otherwise.add(each.getValue() + ": " + conditions + " after " + host.logOf(each.getKey()));
                }
            }
            assertThat(otherwise).isEmpty();
        }
    }

    /** Returns whether the report is of a jail that waits for its next start, with everything that its host has found out. */
    private static boolean isWaiting(Report report) {
        // Some of the test's addresses are equal, so that their jails start one after the other.
        boolean started = report.conditions().stream()
                .noneMatch(condition -> condition.reason().equals("AddressTaken"));
        return started
                && (report.phase() == Phase.REFUSED
                        || (report.phase() == Phase.BACKING_OFF
                                && report.conditions().size() > 1));
    }

    private static String names(Map<JailId, DesiredObject> wanted, Map<JailId, Report> reported) {
        return wanted.values().stream()
                .map(object -> (DesiredJail.Present) object)
                .filter(jail -> !reported.containsKey(jail.id()))
                .map(jail -> jail.definition().name().value())
                .collect(Collectors.joining(", "));
    }

    private static Ended start(String cause) {
        return new Ended("StartFailed", cause);
    }

    private static Ended end(String cause) {
        return new Ended("InitExited", cause);
    }

    private static void put(
            JailId id,
            JailDefinition definition,
            Ended how,
            Map<JailId, DesiredObject> wanted,
            Map<JailId, Ended> expected) {
        wanted.put(id, new DesiredJail.Present(id, 1, definition));
        expected.put(id, how);
    }

    private static JailDefinition killing(JailDefinition definition) {
        PolicyOverride kill =
                new PolicyOverride("sysinfo", new OverrideDecision.Kill(), "test", "ada", Optional.empty());
        return DefinitionVariant.of(definition)
                .policy(new Policy(Profile.HOSTING, List.of(kill)))
                .definition();
    }

    /** Puts programs that cannot run into the root of a jail. */
    private static void addPrograms(JailDefinition definition) throws IOException, InterruptedException {
        Path root = Files.createDirectories(Path.of(definition.path().value(), "root"));
        byte[] foreign = new byte[64];
        foreign[0] = 0x7f;
        foreign[1] = 'E';
        foreign[2] = 'L';
        foreign[3] = 'F';
        executable(Files.write(root.resolve("opaque"), foreign));
        executable(Files.writeString(root.resolve("script"), "#!/no/such/interpreter\n"));
        if (definition.name().value().equals("unlinked")) {
            link(root.resolve("program"));
        }
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Builds a program whose library is gone. */
    private static void link(Path program) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-library-");
        Files.writeString(work.resolve("gone.c"), "int gone(void) { return 0; }\n");
        Files.writeString(work.resolve("main.c"), "int gone(void);\nint main(void) { return gone(); }\n");
        String script =
                "cc -shared -fPIC -o libgone.so gone.c && cc -o '" + program + "' main.c -L. -lgone && rm -r \"$PWD\"";
        assertThat(new ProcessBuilder("/bin/sh", "-c", script)
                        .directory(work.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }
}
