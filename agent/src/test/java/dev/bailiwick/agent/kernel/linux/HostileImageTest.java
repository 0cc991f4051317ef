package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Neither the files in a jail's root nor its command can reveal anything of the host. */
@NeedsRoot
class HostileImageTest {

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    /** The process that becomes the jail's init was the agent's process before, and /proc still names the agent's program. */
    @Test
    void aCommandThatIsTheStarterItselfGetsNoProgramOfTheHostToWriteTo() throws Exception {
        Path agent = Path.of("/proc/self/exe").toRealPath();
        String before = digest(agent);
        assertThat(ownerOf(agent)).as("no jail's user owns it").isLessThan(host.layout.firstHostId());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(agent)))
                .as("others may not write to it")
                .matches(".{4}-.{2}-.");
        assertThatThrownBy(() -> host.start(host.newId(), host.definition("starter", "/proc/self/exe", "-version")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessage("openat2 /proc/self/exe: ELOOP");
        assertThat(digest(agent)).isEqualTo(before);
    }

    /** Outside a jail, the user who runs a program can find it and, as its owner, write to it once it has ended. */
    @Test
    void noProgramInSightMayBeWrittenTo() throws Exception {
        assertThat(host.outputOf(
                        "exes",
                        "for exe in /proc/[0-9]*/exe; do (: >>$exe) 2>/dev/null && echo $exe open; done; echo done"))
                .isEqualTo("done\n");
    }

    @Test
    void aLinkInPlaceOfTheNullDeviceLeadsNowhere() throws Exception {
        Path root = Path.of(host.definition("nulled", "/bin/true").path().value());
        Files.createDirectories(root.resolve("dev"));
        Files.createDirectories(root.resolve("bin"));
        Files.createSymbolicLink(root.resolve("dev/null"), Path.of("/proc/sys/kernel/core_pattern"));
        TestHost.compile(
                "#include <stdio.h>\n#include <sys/stat.h>\n#include <sys/sysmacros.h>\nint main(void) { struct stat s;"
                        + " if (lstat(\"/dev/null\", &s)) return 1; printf(\"%o %u:%u\\n\", s.st_mode & S_IFMT,"
                        + " major(s.st_rdev), minor(s.st_rdev)); return 0; }\n",
                root.resolve("bin/probe"));
        JailDefinition plain = host.definition("nulled", "/bin/probe");
        assertThat(host.outputOf(
                        DefinitionVariant.of(plain).base(new Base.Directory()).definition()))
                .isEqualTo("20000 1:3\n");
    }

    @Test
    void aSetuidProgramOfAJailIsNobodysOnTheHost() throws Exception {
        JailDefinition definition = host.definition(
                "setter",
                "/bin/sh",
                "-c",
                "cp /usr/bin/id /root/id; chmod 4755 /root/id; chmod 755 /root; echo made; sleep 100");
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitLog(id, "made");
        assertThat(ownerOf(found(definition))).isGreaterThanOrEqualTo(host.layout.firstHostId());
        assertThat(asNobody(found(definition))).contains("Permission denied");
        // The opposite: a program in a public directory is reached.
        assertThat(asNobody(Path.of("/usr/bin/id"))).contains("uid=65534");
    }

    /** JNA's native library is beside the agent, and the agent's own is deleted from where it was unpacked. */
    @Test
    void noCodeOfTheAgentLiesWhereOthersWrite() throws Exception {
        assertThat(Files.readString(Path.of("src/main/sh/bailiwick-agent")))
                .contains("-Djna.nounpack=true", "-Djna.nosys=true", "-Djna.boot.library.path=");
        List<String> own = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(" r-xp ") && line.contains("bailiwick"))
                .toList();
        assertThat(own).isNotEmpty().allMatch(line -> line.contains(" /run/bailiwick-") && line.endsWith(" (deleted)"));
    }

    private Path found(JailDefinition definition) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(definition.path().value()))) {
            return files.filter(file -> file.endsWith(Path.of("root", "id")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long ownerOf(Path file) throws IOException {
        return Integer.toUnsignedLong((Integer) Files.getAttribute(file, "unix:uid"));
    }

    /** Uses a shell as that user: setpriv(1) itself keeps root's capabilities until it executes something. */
    private static String asNobody(Path program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "/bin/sh",
                        "-c",
                        program.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private static String digest(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
