package dev.bailiwick.agent.kernel.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FreeBSD's capabilities name exactly the policies that it cannot enforce. */
class PolicyCapabilitiesTest {

    private final List<Capability> capabilities = new PolicyCapabilities(MechanismTable.all()).all();

    @Test
    void saysOfEveryCallHowItsRowIsKept() {
        assertThat(MechanismTable.all().byCall().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        SyscallTable.linux().all().stream().map(Syscall::name).toList());
    }

    @Test
    void holdsHostingAndNotTheLetterOf2002() {
        PolicyCapabilities policy = new PolicyCapabilities(MechanismTable.all());

        assertThat(policy.unkept(Profile.HOSTING)).isEmpty();
        assertThat(capabilities).contains(Capability.available("policy.hosting"));
        assertThat(policy.unkept(Profile.STRICT2002)).contains("ptrace", "chroot", "setrlimit", "ioctl");
        assertThat(violations(Policy.of(Profile.STRICT2002)))
                .extracting(Violation::pointer)
                .containsExactly("/policy/profile");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ptrace deny", // allowed in every jail
                "read log", // no filter that could log
                "read kill",
                "settimeofday allow", // one clock for all
                "mount allow",
                "personality allow", // no such call
                "mlock deny:ENOENT", // the kernel's errno is EPERM
                "mlock deny:ENOSYS",
                "shmget deny:EPERM", // a key space fails with ENOSYS
                "shmget deny:ENOSYS", // not without the others of its key space
                "sethostname allow", // not without setdomainname
                "socket deny", // IPv4 and IPv6 remain
                "ioctl allow",
            })
    void refusesAnOverrideThatWouldBeDropped(String override) {
        assertThat(violations(RecordedHost.policy(override)))
                .isNotEmpty()
                .allMatch(violation -> violation.pointer().equals("/policy/overrides/0/decision"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ptrace allow",
                "mlock allow",
                "mlock deny",
                "mlockall deny:EPERM",
                "reboot deny",
                "personality deny",
                "socket allow",
                "syslog allow",
                "quotactl allow",
            })
    void takesAnOverrideThatAParameterOrTheKernelItselfKeeps(String override) {
        assertThat(violations(RecordedHost.policy(override))).isEmpty();
    }

    @Test
    void takesWhatGoesTogether() {
        assertThat(violations(RecordedHost.policy("sethostname allow", "setdomainname allow")))
                .isEmpty();
        assertThat(violations(RecordedHost.policy(
                        "shmget deny:ENOSYS", "shmat deny:ENOSYS", "shmctl deny:ENOSYS", "shmdt deny:ENOSYS")))
                .isEmpty();
    }

    @Test
    void givesAReasonWithEveryRefusal() {
        assertThat(capabilities)
                .filteredOn(capability -> !capability.available())
                .hasSizeGreaterThan(4)
                .allMatch(capability ->
                        !capability.reason().isBlank() && !capability.refuses().isEmpty());
    }

    /** The server's parser of facts accepts at most this many. */
    @Test
    void staysWithinWhatAServerTakes() {
        assertThat(capabilities).hasSizeLessThan(40);
        assertThat(capabilities).allMatch(capability -> capability.refuses().size() < 1000);
    }

    private List<Violation> violations(Policy policy) {
        return new HostFacts("15.0", "amd64", "FreeBSD", 1, 1, "1", "/jails", capabilities)
                .unmet(new JailDefinition(
                        new JailName("web"),
                        new Hostname("web"),
                        new RootPath("/jails/web"),
                        new Base.Directory(),
                        IpAddresses.of("198.18.0.5"),
                        policy,
                        Command.of("/bin/sh"),
                        Limits.NONE,
                        WantedState.RUNNING));
    }
}
