package dev.bailiwick.jail.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bailiwick.jail.policy.RowChange.Direction;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SystemProfileTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final long MS_RDONLY = 0x1;
    private static final long MS_NODEV = 0x4;
    private static final long MS_REMOUNT = 0x20;
    private static final long MS_BIND = 0x1000;

    /** Change the profile and this list together: each row weakens a jail under {@code system}. */
    @Test
    void weakensHostingInTheseRowsAndNoOther() {
        assertThat(PolicyDiff.weakenings(Profile.SYSTEM))
                .extracting(change -> change.call().name(), RowChange::direction)
                .containsExactly(
                        tuple("socket", Direction.LOOSENED),
                        tuple("mount", Direction.LOOSENED),
                        tuple("umount2", Direction.LOOSENED),
                        tuple("reboot", Direction.LOOSENED));
        assertThat(PolicyDiff.weakenings(Profile.HOSTING)).isEmpty();
        assertThat(PolicyDiff.weakenings(Profile.STRICT2002)).isEmpty();
    }

    @Test
    void givesItsOwnReasonAndLayers() {
        assertThat(outcome("mount", 0, 0, 0, MS_BIND).explain()).isEqualTo("""
                mount(0, 0, 0, 0x1000)
                  profile system: allow if the fourth argument (mountflags) does not have MS_REMOUNT, or the mountflags argument has\
                 MS_RDONLY, MS_NODEV and MS_REMOUNT; otherwise deny with EPERM. Init mounts proc,\
                 sysfs, tmpfs, cgroup2 and bind mounts; the user namespace allows only file systems made for it, so none on a block\
                 device; MS_REMOUNT needs MS_RDONLY and MS_NODEV, so that no mount of the jail loses these flags.
                  filter: allow.
                  kernel: carries it out (the jail's own user namespace: its capabilities mean nothing to the host; the jail's\
                 own mounts: nothing lies above its root).
                  The process sees the call's own result.
                """);
        assertThat(outcome("mount", 0, 0, 0, MS_BIND | MS_REMOUNT).seen())
                .isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        assertThat(outcome("mount", 0, 0, 0, MS_REMOUNT | MS_RDONLY).seen())
                .isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        assertThat(outcome("mount", 0, 0, 0, MS_REMOUNT | MS_RDONLY | MS_NODEV).seen())
                .isEqualTo(new Outcome.Seen.Result());
    }

    /** The row is the same as under hosting, but the kernel's answer differs, because the jail has the capability. */
    @Test
    void letsRebootThroughToThePidNamespace() {
        long restart = 0x01234567;
        Syscall reboot = SyscallTable.linux().named("reboot");

        assertThat(outcome("reboot", 0, 0, restart).seen()).isEqualTo(new Outcome.Seen.Result());
        assertThat(Outcome.of(Policy.of(Profile.HOSTING), reboot, NOW, 0, 0, restart)
                        .seen())
                .isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
    }

    @Test
    void departsNowhereWithoutSayingWhy() {
        for (Syscall call : SyscallTable.linux().all()) {
            if (call.amendments().isEmpty()) {
                assertThat(call.decision(Profile.SYSTEM)).as(call.name()).isEqualTo(call.decision(Profile.HOSTING));
                assertThat(call.under(Profile.SYSTEM)).isSameAs(call);
            } else {
                assertThat(call.under(Profile.SYSTEM).reason()).as(call.name()).isNotEqualTo(call.reason());
            }
        }
    }

    @Test
    void hasItsWeakeningsInTheDocumentation() throws IOException {
        String table = PolicyDiff.weakenings(Profile.SYSTEM).stream()
                .map(change -> "| `%s` | %s | %s | %s |"
                        .formatted(
                                change.call().name(),
                                seen(change, change.before(), Profile.HOSTING),
                                seen(change, change.after(), Profile.SYSTEM),
                                change.reason()))
                .collect(Collectors.joining("\n", "", "\n"));

        assertThat(Files.readString(Path.of("../docs/policy.md")))
                .as("docs/policy.md has this table:%n%s", table)
                .contains(table);
    }

    private static String seen(RowChange change, Ruling ruling, Profile profile) {
        Syscall call = SyscallTable.linux().named(change.call().name());
        return "`" + ruling.afterKernel(call.under(profile)).text() + "`";
    }

    private static Outcome outcome(String call, long... arguments) {
        return Outcome.of(Policy.of(Profile.SYSTEM), SyscallTable.linux().named(call), NOW, arguments);
    }
}
