package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditions of the table in words, and the names of constants in them. */
class RuleDescriptionTest {

    private static final String HEADERS = """
            #include <stdio.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <linux/mount.h>
            #include <asm/termios.h>
            #include <linux/fiemap.h>
            #include <linux/fs.h>
            #include <linux/netlink.h>
            #include <linux/personality.h>
            #include <linux/reboot.h>
            #include <asm/resource.h>
            #include <linux/sched.h>
            #include <linux/sockios.h>
            #include <linux/vm_sockets.h>
            """;

    @Test
    void saysEveryConditionOfTheTableInWordsThatNameWhatItComparesWith() {
        Map<String, String> words = everyCondition();

        assertThat(words).hasSizeGreaterThan(15);
        assertThat(words.values())
                .allSatisfy(said -> assertThat(said.replace("0xffffffff (which only asks)", ""))
                        .as("a number, or the form the table has")
                        .doesNotContainPattern("\\b\\d|low32|arg\\d|==|&|\\{"));
    }

    @Test
    void usesEveryNameThereIs() {
        String said = String.join("\n", everyCondition().values());

        assertThat(names()).allSatisfy(name -> assertThat(said).contains(name.get("name")));
    }

    @Test
    void readsAsASentence() {
        assertThat(hosting("clone"))
                .isEqualTo("allow if the first argument (flags) has none of CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS,"
                        + " CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID or CLONE_NEWNET; otherwise deny with EPERM");
        assertThat(hosting("unshare"))
                .isEqualTo("allow if the first argument (flags) has no flag other than CLONE_FS, CLONE_FILES and"
                        + " CLONE_SYSVSEM; otherwise deny with EPERM");
        assertThat(hosting("socket"))
                .isEqualTo(
                        "allow if the first argument (domain) is AF_UNIX or AF_INET6, or the domain argument is AF_INET"
                                + " and the kind of socket in the second argument (type) is not SOCK_PACKET, or the domain argument is"
                                + " AF_NETLINK and the third argument (protocol) is NETLINK_ROUTE or NETLINK_SOCK_DIAG;"
                                + " otherwise deny with EAFNOSUPPORT");
        assertThat(hosting("prlimit64"))
                .isEqualTo("answer 0 without effect if the second argument (resource) is RLIMIT_CORE and the third"
                        + " argument (new_limit) is not NULL; otherwise allow");
        assertThat(hosting("ioctl"))
                .isEqualTo("allow if the second argument (request) is none of TIOCSTI, TIOCLINUX, TIOCCONS or"
                        + " FS_IOC_FSSETXATTR; otherwise deny with EPERM");
        assertThat(hosting("mknod"))
                .isEqualTo("allow if the second argument (mode) does not have S_IFCHR (set for every device); otherwise"
                        + " deny with EPERM");
        assertThat(SyscallTable.linux().named("mount").decision(Profile.SYSTEM).words(call("mount")))
                .isEqualTo(
                        "allow if the fourth argument (mountflags) does not have MS_REMOUNT, or the mountflags argument has"
                                + " MS_RDONLY, MS_NODEV and MS_REMOUNT; otherwise deny with EPERM");
    }

    @Test
    void namesConstantsAsTheKernelsHeadersDo(@TempDir Path directory) throws IOException, InterruptedException {
        assumeThat(Path.of("/usr/include/linux/vm_sockets.h"))
                .as("kernel headers")
                .isRegularFile();
        List<Map<String, String>> constants = names().stream()
                .filter(row -> !"argument".equals(row.get("kind")))
                .filter(row -> constant(row).matches("[A-Z][A-Z0-9_]+")
                        && !constant(row).equals("NULL"))
                .toList();
        Path source = Files.writeString(
                directory.resolve("names.c"),
                HEADERS + "int main(void) {\n"
                        + constants.stream()
                                .map(row -> "printf(\"%%u\\n\", (unsigned)(%s));\n".formatted(constant(row)))
                                .collect(Collectors.joining())
                        + "return 0; }\n");
        run(directory, "cc", "-w", "-o", "names", source.toString());

        List<String> values = run(directory, "./names").lines().toList();

        assertThat(constants).hasSizeGreaterThan(80);
        assertThat(constants.stream()
                        .map(row -> constant(row) + "=" + Long.decode(Objects.requireNonNull(row.get("value"))))
                        .toList())
                .isEqualTo(Stream.iterate(0, i -> i < values.size(), i -> i + 1)
                        .map(i -> constant(constants.get(i)) + "=" + values.get(i))
                        .toList());
    }

    private static String constant(Map<String, String> row) {
        return Objects.requireNonNull(row.get("name")).replaceFirst(" \\(.*", "");
    }

    private static String run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static List<Map<String, String>> names() {
        return Csv.rows(SyscallTable.read("argument-names.csv"));
    }

    private static String hosting(String name) {
        return call(name).decision(Profile.HOSTING).words(call(name));
    }

    private static Syscall call(String name) {
        return SyscallTable.linux().named(name);
    }

    /** Returns the words of all conditions, by call and by the condition in the table. */
    private static Map<String, String> everyCondition() {
        Map<String, String> words = new TreeMap<>();
        for (Syscall call : SyscallTable.linux().all()) {
            Stream.concat(call.decisions().values().stream(), call.floor().stream())
                    .flatMap(decision -> decision.ruling().rules().stream())
                    .forEach(rule -> words.put(call.name() + ": " + rule.text(), rule.words(call)));
        }
        return words;
    }
}
