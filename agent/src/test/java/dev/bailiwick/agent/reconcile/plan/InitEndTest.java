package dev.bailiwick.agent.reconcile.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.EndEvidence;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.EndCause;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitEndTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    /** Messages of real programs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sh: 1: nginxx: not found | CommandNotFound",
                "bash: line 1: nginxx: command not found | CommandNotFound",
                "exec: \"nginxx\": executable file not found in $PATH | CommandNotFound",
                "bash: ./x: /usr/bin/pythonn: bad interpreter: No such file or directory | InterpreterMissing",
                "/usr/bin/env: 'pythonn': No such file or directory | InterpreterMissing",
                "bash: ./x: cannot execute binary file: Exec format error | WrongFormat",
                "Missing privilege separation directory: /run/sshd | DirectoryMissing",
                "unable to bind listening socket for address '/run/php/php8.2-fpm.sock': No such file or directory (2) | DirectoryMissing",
                "Can't start server : Bind on unix socket: No such file or directory | DirectoryMissing",
                "/bin/sh: 1: cannot create /run/none/server.sock: Directory nonexistent | DirectoryMissing",
                "nginx: [emerg] open() \"/var/log/nginx/error.log\" failed (2: No such file or directory) | DirectoryMissing",
                "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use) | PortTaken",
                "Error: listen EADDRINUSE: address already in use :::3000 | PortTaken",
                "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied) | PortForbidden",
                "Error: listen EACCES: permission denied 0.0.0.0:80 | PortForbidden",
                "(13)Permission denied: AH00072: make_sock: could not bind to address [::]:80 | PortForbidden",
                "FATAL: could not create lock file \"/run/x/.s.PGSQL.5432.lock\": Permission denied | PermissionDenied",
                "x: error while loading shared libraries: libpq.so.5: cannot open shared object file | LibraryMissing",
                "/lib/libc.so.6: version `GLIBC_2.38' not found (required by ./app) | LibraryMissing",
                "nginx: [emerg] getpwnam(\"nginx\") failed | UserUnknown",
                "chown: invalid user: 'redis:redis' | UserUnknown",
                "touch: cannot touch '/usr/x': Read-only file system | ReadOnly",
                "Error: ENOSPC: no space left on device, write | DiskFull",
                "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory | ProcessLimit",
                "java.lang.OutOfMemoryError: Java heap space | OutOfMemory",
                "sh: 0: Cannot fork | ProcessLimit",
                "accept4() failed (24: Too many open files) | FileLimit",
                "getaddrinfo: Temporary failure in name resolution | NameNotResolved",
                "Error: connect ECONNREFUSED 127.0.0.1:5432 | PeerUnreachable",
                "/usr/bin/ping: Operation not permitted | OperationRefused",
                "ping: socktype: SOCK_RAW | PrivilegeRefused",
            })
    void findsTheCauseInTheLastWords(String line, String reason) {
        Condition condition =
                exited(1).explain(said("started\n" + line + "\n"), NOW).orElseThrow();

        assertThat(condition.reason()).isEqualTo(reason);
        assertThat(condition.message())
                .startsWith(EndCause.of(reason).orElseThrow().words())
                .endsWith("; its last words: " + line);
    }

    @Test
    void believesTheKernelBeforeTheProgram() {
        EndEvidence killed =
                new EndEvidence(Optional.of(Profile.HOSTING), "/bin/sh", "bind: Address already in use\n", 1, 0);
        assertThat(reason(exited(1), killed)).isEqualTo("MemoryLimit");
        assertThat(reason(by(9), killed)).isEqualTo("MemoryLimit");
        assertThat(reason(by(31), said("Address already in use"))).isEqualTo("CallBlocked");
        assertThat(reason(exited(2), new EndEvidence(Optional.empty(), "", "", 0, 3)))
                .isEqualTo("ProcessLimit");
    }

    @Test
    void saysWhichSignalItWasInWords() {
        assertThat(by(11).explain(EndEvidence.NONE, NOW).orElseThrow().message())
                .contains("SIGSEGV: memory that the program must not use");
        assertThat(reason(exited(139), EndEvidence.NONE)).isEqualTo("Crashed");
        assertThat(reason(by(6), EndEvidence.NONE)).isEqualTo("Crashed");
        assertThat(reason(by(7), EndEvidence.NONE)).isEqualTo("Crashed");
        assertThat(reason(by(9), EndEvidence.NONE)).isEqualTo("KilledFromOutside");
        assertThat(reason(exited(143), EndEvidence.NONE)).isEqualTo("EndedBySignal");
    }

    @Test
    void readsTheStatusOfAShell() {
        assertThat(reason(exited(127), said("x: No such file or directory"))).isEqualTo("CommandNotFound");
        assertThat(reason(exited(126), said("x: Permission denied"))).isEqualTo("NotExecutable");
        assertThat(reason(exited(127), EndEvidence.NONE)).isEqualTo("CommandNotFound");
        assertThat(reason(exited(126), EndEvidence.NONE)).isEqualTo("NotExecutable");
    }

    @Test
    void recognisesAnInitThatNeedsAnotherProfile() {
        assertThat(reason(exited(255), init(Profile.HOSTING))).isEqualTo("WrongProfile");
        assertThat(exited(255).explain(init(Profile.SYSTEM), NOW)).isEmpty();
        assertThat(reason(exited(255), said("Failed to mount API filesystems.")))
                .isEqualTo("WrongProfile");
    }

    @Test
    void callsASuccessAnEndOnlyIfItIsRepeated() {
        EndEvidence talkative = said("connection refused, but never mind");
        assertThat(new InitEnd(Optional.of(new Ending.Exited(0)), Duration.ofSeconds(1), 1).explain(talkative, NOW))
                .isEmpty();
        assertThat(reason(new InitEnd(Optional.of(new Ending.Exited(0)), Duration.ofSeconds(1), 2), talkative))
                .isEqualTo("EndsAtOnce");
        assertThat(new InitEnd(Optional.of(new Ending.Exited(0)), Duration.ofHours(1), 2).explain(talkative, NOW))
                .isEmpty();
    }

    @Test
    void saysNothingWhereNothingIsKnown() {
        assertThat(exited(1).explain(EndEvidence.NONE, NOW)).isEmpty();
        assertThat(new InitEnd(Optional.empty(), Duration.ZERO, 1).explain(EndEvidence.NONE, NOW))
                .isEmpty();
    }

    /** The jail chooses what it writes. */
    @Test
    void boundsAndCleansWhatItQuotes() {
        String line = "\u001b[31m\u202e<script>alert(1)</script>\u0000" + "bind ".repeat(400);
        Condition condition = exited(1).explain(said(line), NOW).orElseThrow();

        assertThat(condition.reason()).isEqualTo("LastOutput");
        assertThat(condition.message()).hasSizeLessThan(300).doesNotContain("\u001b", "\u202e", "\u0000");
    }

    @Test
    void takesNoLongerForTextThatIsMadeForIt() {
        for (String part :
                new String[] {"bind ", "/run/", "user ", "fork thread ", "no such file or directory ", "[0;", "version "
                }) {
            String output = part.repeat(EndEvidence.OUTPUT_BYTES / part.length());
            String lines = (part.repeat(390 / part.length()) + "\n").repeat(20);
            long began = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThat(exited(1).explain(said(output), NOW)).isPresent();
                assertThat(exited(1).explain(said(lines), NOW)).isPresent();
            }
            // A pattern that backtracks without bound would take minutes.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).as(part).isLessThan(Duration.ofSeconds(20));
        }
    }

    private static InitEnd exited(int status) {
        return new InitEnd(Optional.of(new Ending.Exited(status)), Duration.ofMillis(9), 1);
    }

    private static InitEnd by(int signal) {
        return new InitEnd(Optional.of(new Ending.Killed(signal)), Duration.ofMillis(9), 1);
    }

    private static EndEvidence said(String output) {
        return new EndEvidence(Optional.of(Profile.HOSTING), "/bin/sh", output, 0, 0);
    }

    private static EndEvidence init(Profile profile) {
        return new EndEvidence(Optional.of(profile), "/sbin/init", "", 0, 0);
    }

    private static String reason(InitEnd end, EndEvidence evidence) {
        return end.explain(evidence, NOW).orElseThrow().reason();
    }
}
