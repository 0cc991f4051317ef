package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What root can do in a jail of profile {@code system} and not in one of {@code hosting}, and what it can do in neither. */
@NeedsRoot
class SystemJailTest extends OneHostTest {

    private static final String RESTART = "0x01234567";
    private static final String HALT = "0xCDEF0123";
    private static final String POWER_OFF = "0x4321FEDC";

    @ParameterizedTest
    @CsvSource({"restart, " + RESTART, "halt, " + HALT, "poweroff, " + POWER_OFF})
    void endsByReboot(String name, String command) throws Exception {
        JailId id = host.newId();
        host.start(id, under(Profile.SYSTEM, name, reboot(command) + "; sleep 100"));

        assertThat(host.awaitEnd().ending())
                .contains(command.equals(RESTART) ? new Ending.Rebooted() : new Ending.Halted());
    }

    /** Only an init of a system leaves the console alone: a shell would make it its controlling terminal. */
    @Test
    void writesWhatAnInitWritesToItsConsoleToTheLog() throws Exception {
        JailId id = host.newId();
        JailDefinition shell = under(Profile.SYSTEM, "console", "ln -s /bin/sh /srv/init; ls /dev/console 2>&1");
        host.start(id, shell);
        host.awaitEnd();
        host.kernel.release(id);
        assertThat(host.logOf(id)).as("of a shell").contains("No such file");
        String script = """
                test -t 3 3</dev/console && echo terminal; echo '[ OK ] Started' >/dev/console; echo out
                test $(stat -c %d:%i /dev/console) = $(stat -c %d:%i /dev/pts/0) && echo of the jail
                grep ' /dev/pts ' /proc/self/mountinfo | cut -d ' ' -f 3 >/tmp/terminals
                grep ' /dev/console ' /proc/self/mountinfo | cut -d ' ' -f 3 | diff - /tmp/terminals && echo same""";
        host.start(
                id,
                DefinitionVariant.of(shell)
                        .command(Command.of("/srv/init", "-c", script))
                        .definition());
        host.awaitEnd();
        host.kernel.release(id);
        assertThat(host.logOf(id))
                .contains("terminal\n", "[ OK ] Started\n", "out\n")
                .as("no terminal of the host")
                .contains("of the jail\n", "same\n")
                .doesNotContain("\r");
        assertThat(output(Profile.HOSTING, "quiet", "ls /dev/console 2>&1")).contains("No such file");
    }

    /** Its agent reads the other end of the console, which goes away with it. */
    @Test
    void isNotHungUpByARestartOfTheAgent() throws Exception {
        JailId id = host.newId();
        host.start(id, under(Profile.SYSTEM, "leader", """
                exec perl -e '$| = 1; $SIG{HUP} = sub { print "hung up\\n" }; $SIG{TERM} = sub { print "asked\\n"; exit };
                        open(my $console, "+<", "/dev/console") or print "no console\\n"; print "ready\\n"; sleep 1 while 1'"""));
        host.awaitLog(id, "ready\n");
        host.restartAgent();
        assertThat(host.kernel.observe()).hasSize(1);
        host.kernel.terminate(id);
        host.awaitEnd();
        assertThat(host.logOf(id)).isEqualTo("no console\nready\nasked\n");
    }

    /**
     * An init that opens the console as systemd does is not hung up. One that makes it its controlling terminal, which a shell would, is:
     * that is why only an init of a system gets a console.
     */
    @Test
    void hangsUpOnlyAnInitThatTakesItsConsoleForItself() throws Exception {
        String program = """
                $| = 1; $SIG{HUP} = sub { print "hung up\\n" }; $SIG{TERM} = $SIG{RTMIN} = sub { print "asked\\n"; exit };
                use POSIX; POSIX::setsid(); sysopen(my $console, "/dev/console", O_RDWR | FLAG) or print "no console\\n";
                print "ready\\n"; while (1) { sleep 1; next if $told || defined syswrite($console, "."); $told = 1; print "error: $!\\n" }""";
        for (String flag : List.of("O_NOCTTY", "0")) {
            JailId id = host.newId();
            String name = flag.equals("0") ? "taking" : "leaving";
            JailDefinition shell = under(Profile.SYSTEM, name, "ln -s /usr/bin/perl /srv/init");
            host.start(id, shell);
            host.awaitEnd();
            host.kernel.release(id);
            host.start(
                    id,
                    DefinitionVariant.of(shell)
                            .command(Command.of("/srv/init", "-e", program.replace("FLAG", flag)))
                            .definition());
            host.awaitLog(id, "ready\n");
            host.restartAgent();
            assertThat(host.kernel.observe()).hasSize(1);
            host.awaitLog(id, "error: Input/output error\n");
            host.kernel.kill(id);
            host.awaitEnd();
            host.kernel.release(id);
            if (flag.equals("0")) {
                assertThat(host.logOf(id)).contains("hung up\n");
            } else {
                assertThat(host.logOf(id)).doesNotContain("hung up", "no console");
            }
        }
    }

    /** Until it has a journal, systemd writes to a console or nowhere. */
    @Test
    void showsWhyABootOfSystemdFails() throws Exception {
        assumeThat(Path.of("/lib/systemd/systemd")).as("systemd").exists();
        JailId id = host.newId();
        JailDefinition thin = host.definition("booting", "/lib/systemd/systemd");
        host.start(
                id, DefinitionVariant.of(thin).policy(Policy.of(Profile.SYSTEM)).definition());

        host.awaitLog(id, "running in system mode");
        host.kernel.kill(id);
        host.awaitEnd();
    }

    @Test
    void rebootsInNoOtherProfile() throws Exception {
        assertThat(output(Profile.HOSTING, "hosted", reboot(RESTART))).isEqualTo("Operation not permitted\n");
        assertThat(output(Profile.STRICT2002, "strict", reboot(RESTART))).isEqualTo("Operation not permitted\n");
    }

    /** The same signals, sent by a process: the kernel drops them if the init does not handle them. */
    @Test
    void isNotRebootedBySignals() throws Exception {
        JailId id = host.newId();
        host.start(
                id,
                under(
                        Profile.SYSTEM,
                        "signalled",
                        "exec perl -e 'kill HUP => $$; kill INT => $$; print \"alive\\n\"; exit 5'"));

        assertThat(host.awaitEnd().ending()).contains(new Ending.Exited(5));
        assertThat(host.logOf(id)).isEqualTo("alive\n");
    }

    @ParameterizedTest
    @CsvSource({"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2"})
    void mountsWhatIsMadeForUserNamespaces(String type) throws Exception {
        String mount = "mount -t " + type + " none /mnt && echo mounted";

        assertThat(output(Profile.SYSTEM, "m-" + type, "mkdir -p /mnt; " + mount))
                .isEqualTo("mounted\n");
        assertThat(output(Profile.HOSTING, "h-" + type, "mkdir -p /mnt; " + mount))
                .doesNotContain("mounted");
    }

    @Test
    void bindsAndUnmounts() throws Exception {
        assertThat(
                        output(
                                Profile.SYSTEM,
                                "binder",
                                "mkdir -p /mnt && mount --bind /etc /mnt && cat /mnt/hostname && umount /mnt && ls /mnt | wc -l"))
                .isEqualTo("binder.example\n0\n");
    }

    /** The host has the file system and mounts it, see {@code /proc/mounts}; in a jail the user namespace prevents that. */
    @Test
    void mountsNothingThatLiesOnABlockDevice() throws Exception {
        assumeThat(Files.readString(Path.of("/proc/filesystems")))
                .as("this kernel has ext4")
                .contains("ext4");

        assertThat(output(Profile.SYSTEM, "blocks", "mkdir -p /mnt; " + mount("/dev/null", "ext4", 0)))
                .isIn("Operation not permitted\n", "Block device required\n");
    }

    @Test
    void keepsTheFlagsOfItsMounts() throws Exception {
        int remount = 0x20;
        int bind = 0x1000;

        assertThat(output(Profile.SYSTEM, "flags", mount("none", "none", remount | bind, "/")))
                .isEqualTo("Operation not permitted\n");
        assertThat(output(Profile.SYSTEM, "usr", "touch /usr/x")).contains("Read-only file system");
    }

    /** The masks are mounts, which root of such a jail can unmount; the files below deny access by themselves. */
    @Test
    void isNobodyBeneathTheMasks() throws Exception {
        String script =
                "umount -l /proc/sys; umount -l /proc/sysrq-trigger 2>/dev/null; for f in sys/kernel/core_pattern sysrq-trigger"
                        + " sys/user/max_user_namespaces sys/vm/overcommit_memory; do"
                        + " (: >> /proc/$f) 2>/dev/null && echo $f open; done; echo done";

        assertThat(output(Profile.SYSTEM, "beneath", script)).isEqualTo("done\n");
        assertThat(Path.of("/proc/sys/kernel/core_pattern"))
                .as("to the host's root")
                .isWritable();
    }

    /** A filter cannot see a mount's type and size; in profile {@code hosting} nothing can be mounted. */
    @Test
    void isRefusedWhereNothingBoundsWhatItMounts() throws Exception {
        try (TestHost unbounded = new TestHost(Path.of("/tmp"), Set.of())) {
            Capability memory = capability(unbounded, "cgroup.memory");
            assumeThat(memory.available()).as("this host has the controller").isFalse();

            assertThat(capability(unbounded, "profile.system").reason())
                    .startsWith("the host's cgroup v2 has no memory controller")
                    .endsWith("unbounded-system");
            assertThatThrownBy(() ->
                            unbounded.start(unbounded.newId(), under(unbounded, Profile.SYSTEM, "unbounded", "true")))
                    .isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                        assertThat(refusal.isPermanent()).isTrue();
                        assertThat(refusal.detail()).startsWith("/policy/profile is not available on this host: ");
                    });
            String takes = "mkdir -p /mnt && mount -t ramfs none /mnt && head -c 1M /dev/zero >/mnt/x && echo taken";
            assertThat(unbounded.outputOf(under(unbounded, Profile.HOSTING, "hosted", takes)))
                    .doesNotContain("taken");
            assertThat(capability(host, "profile.system").refuses()).isEmpty();
            assertThat(output(Profile.SYSTEM, "accepted", takes)).isEqualTo("taken\n");
        }
    }

    private static Capability capability(TestHost host, String name) {
        return host.kernel.facts().capabilities().stream()
                .filter(capability -> capability.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Returns a script that makes the call and prints its error, if any. */
    private static String reboot(String command) {
        return "perl -e 'syscall(%d, 0xfee1dead, 672274793, %s, 0) == 0 or print \"$!\\n\"'"
                .formatted(number("reboot"), command);
    }

    /** Like {@link #reboot}, for mount(2); avoids the checks of mount(8). */
    private static String mount(String source, String type, int flags) {
        return mount(source, type, flags, "/mnt");
    }

    private static String mount(String source, String type, int flags, String target) {
        return "perl -e 'my ($source, $target, $type) = (\"%s\", \"%s\", \"%s\");".formatted(source, target, type)
                + " syscall(%d, $source, $target, $type, %d, 0) == 0 or print \"$!\\n\"'"
                        .formatted(number("mount"), flags);
    }

    private static int number(String call) {
        return SyscallTable.linux().named(call).number(Architecture.host()).orElseThrow();
    }

    private String output(Profile profile, String name, String script) throws IOException, InterruptedException {
        return host.outputOf(under(profile, name, script));
    }

    private JailDefinition under(Profile profile, String name, String script) {
        return under(host, profile, name, script);
    }

    private static JailDefinition under(TestHost host, Profile profile, String name, String script) {
        JailDefinition defined = host.definition(name, "/bin/sh", "-c", script + "\n");
        return DefinitionVariant.of(defined).policy(Policy.of(profile)).definition();
    }
}
