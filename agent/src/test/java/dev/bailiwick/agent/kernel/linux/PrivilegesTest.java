package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the setuid bit and file capabilities give in a jail. */
@NeedsRoot
class PrivilegesTest {

    /** Copies programs of the base into the jail's own files, and executes the rest as its user 33. */
    private static final String AS_USER =
            "cp /usr/bin/id /id && chmod 4755 /id && exec setpriv --reuid 33 --regid 33 --clear-groups ";

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void theSetuidBitHasEffectOnlyIfTheDefinitionSaysSo() throws Exception {
        assertThat(host.outputOf(jail("none", Privileges.NONE, AS_USER + "/id -u")))
                .isEqualTo("33\n");
        assertThat(host.outputOf(jail("setuid", Privileges.SETUID, AS_USER + "/id -u")))
                .isEqualTo("0\n");
    }

    /** The programs of the base belong to the host, and give nothing whatever their bits are. */
    @Test
    void programsOfTheHostGiveNothing() throws Exception {
        assertThat(host.outputOf(jail("su", Privileges.SETUID, AS_USER + "su -c id </dev/null; true")))
                .doesNotContain("uid=0");
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void nothingBeyondThoseOfTheJailsRootCanBeGained(Profile profile) throws Exception {
        String status = "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status";
        Map<String, String> root = status(jail("root", Privileges.NONE, status, profile));
        Map<String, String> free = status(jail("free", Privileges.SETUID, status, profile));
        Map<String, String> gained = status(jail(
                "gained",
                Privileges.SETUID,
                "cp /usr/bin/grep /grep && chmod 4755 /grep && exec perl -e '($<, $>) = (33, 33); exec @ARGV' /grep -E"
                        + " '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status",
                profile));

        assertThat(root).containsEntry("NoNewPrivs", "1").containsEntry("Seccomp", "2");
        assertThat(free).containsEntry("NoNewPrivs", "0").containsEntry("Seccomp", "2");
        assertThat(gained).containsEntry("NoNewPrivs", "0").containsEntry("Seccomp", "2");
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(free.get(set)).as(set).isEqualTo(root.get(set));
            assertThat(gained.get(set)).as(set).isEqualTo(root.get(set));
        }
    }

    @ParameterizedTest
    @EnumSource(FirstProcess.class)
    void anotherUserHasNoCapability(FirstProcess first) throws Exception {
        JailDefinition definition = jail("user", Privileges.SETUID, "grep -E '^(Cap|Uid|Seccomp:)' /proc/self/status");
        Execution execution = definition
                .execution()
                .with(CommandUser.parse("33:33"))
                .with(first)
                .with(new WorkingDirectory("/usr"));

        assertThat(status(definition.with(execution)))
                .containsEntry("CapInh", "0000000000000000")
                .containsEntry("CapPrm", "0000000000000000")
                .containsEntry("CapEff", "0000000000000000")
                .containsEntry("CapAmb", "0000000000000000")
                .containsEntry("Seccomp", "2");
    }

    /** Tries to install a filter that allows every call, first as the program was started and then with no_new_privs: seccomp(2). */
    @Test
    void programsRestrictThemselvesWithSetuidAsSoonAsTheyGiveUpNewPrivileges() throws Exception {
        String restrict =
                "exec perl -e '$filter = pack(\"SCCL\", 6, 0, 0, 0x7fff0000); $program = pack(\"Sx6P\", 1, $filter);"
                        + " for (1 .. 2) { print syscall(%d, 1, 0, $program) == 0 ? \"ok\\n\" : \"$!\\n\"; syscall(%d, 38, 1, 0, 0, 0) }'"
                                .formatted(number("seccomp"), number("prctl"));

        assertThat(host.outputOf(jail("restricted", Privileges.SETUID, restrict)))
                .isEqualTo("Permission denied\nok\n");
        assertThat(host.outputOf(jail("as-usual", Privileges.NONE, restrict))).isEqualTo("ok\nok\n");
    }

    private static int number(String call) {
        return SyscallTable.linux()
                .find(call)
                .orElseThrow()
                .number(Architecture.host())
                .orElseThrow();
    }

    /** As Debian's package installs it. The kernel would not execute it: no jail has its capability. */
    @ParameterizedTest
    @EnumSource(Privileges.class)
    void pingIsExecutedThoughItHasACapability(Privileges privileges) throws Exception {
        JailDefinition definition = DefinitionVariant.of(
                        jail("ping", privileges, "/usr/bin/ping && echo executed; id -u"))
                .base(new Base.Directory())
                .definition();
        copyOfHost(Path.of(definition.path().value()));

        assertThat(host.outputOf(definition)).isEqualTo("executed\n0\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A user whom the jail does not have; the change of the owner takes the capability.
                "chown 3000000 usr/bin/ping && setcap cap_net_raw=ep usr/bin/ping",
                "rm usr/bin/ping && ln -s id usr/bin/ping",
                "rm usr/bin/ping && mkfifo usr/bin/ping",
                "rm usr/bin/ping && mkdir usr/bin/ping",
                "rm usr/bin/ping && truncate -s 1T usr/bin/ping"
            })
    void aJailStartsWhateverItsPingIs(String change) throws Exception {
        JailDefinition definition = DefinitionVariant.of(jail("odd", Privileges.SETUID, "exec /usr/bin/id -u"))
                .base(new Base.Directory())
                .definition();
        Path root = Path.of(definition.path().value());
        copyOfHost(root);
        run("sh", "-ec", "cd \"$1\"; " + change, "sh", root.toString());

        assertThat(host.outputOf(definition)).isEqualTo("0\n");
    }

    /** Just enough programs for a script, with a ping that has the file capability. */
    private static void copyOfHost(Path root) throws IOException, InterruptedException {
        Files.createDirectories(root);
        run("sh", "-c", """
                set -e
                cd "$1"
                mkdir -p usr/bin usr/lib usr/lib64 etc proc sys dev run tmp
                ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
                for program in /bin/sh /usr/bin/true /usr/bin/id; do
                    cp "$program" usr/bin/
                    ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
                        mkdir -p ".$(dirname "$library")"; cp -L "$library" ".$library"
                    done
                done
                mv usr/bin/true usr/bin/ping
                setcap cap_net_raw=ep usr/bin/ping
                """, "sh", root.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private Map<String, String> status(JailDefinition definition) throws IOException, InterruptedException {
        return host.outputOf(definition)
                .lines()
                .map(line -> line.split(":\\s*", 2))
                .collect(Collectors.toMap(line -> line[0], line -> line[1]));
    }

    private JailDefinition jail(String name, Privileges privileges, String script) {
        return jail(name, privileges, script, Profile.HOSTING);
    }

    private JailDefinition jail(String name, Privileges privileges, String script, Profile profile) {
        JailDefinition definition = host.definition(name, "/bin/sh", "-c", script);
        return DefinitionVariant.of(definition.with(definition.execution().with(privileges)))
                .policy(Policy.of(profile))
                .definition();
    }
}
