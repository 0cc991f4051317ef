package dev.bailiwick.agent.kernel.freebsd;

import static dev.bailiwick.agent.kernel.freebsd.RecordingLibrary.number;
import static dev.bailiwick.agent.kernel.freebsd.RecordingLibrary.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parameters of a definition for jail_set(2), byte for byte: each name and each value as C sees it. */
class JailParametersTest {

    private static final Instant NOW = Instant.parse("2026-11-24T03:00:00Z");

    private RecordedHost host;

    @BeforeEach
    void compile(@TempDir Path directory) throws Exception {
        host = new RecordedHost(directory);
    }

    @Test
    void saysEveryParameterOfAPlainDefinition() {
        create(host.definition("/bin/sh"));

        assertThat(host.library.pairs("jail_set"))
                .containsExactly(
                        "name=" + text("bailiwick-web"),
                        "path=" + text(host.root().toString()),
                        "host.hostname=" + text("web.example.org"),
                        "persist=",
                        "securelevel=" + number(3),
                        "enforce_statfs=" + number(2),
                        "devfs_ruleset=" + number(4),
                        "children.max=" + number(0),
                        "ip4.addr=c6120005",
                        "ip6.addr=fdb10001000000000000000000000005",
                        "allow.nosocket_af=",
                        "allow.nomlock=",
                        "allow.noset_hostname=",
                        "allow.noread_msgbuf=",
                        "allow.noquotas=",
                        "sysvshm=" + number(1),
                        "sysvsem=" + number(1),
                        "sysvmsg=" + number(1),
                        "allow.noraw_sockets=",
                        "allow.nochflags=",
                        "allow.nomount=",
                        "allow.nosettime=",
                        "errmsg=" + "00".repeat(1024));
        assertThat(host.library.calls("jail_set").getFirst())
                .as("46 vectors, JAIL_CREATE")
                .startsWith("jail_set 46 1 5:6e616d6500 ");
    }

    @Test
    void takesAWholeFamilyAwayFromAJailWithoutAnAddressOfIt() {
        JailDefinition plain = host.definition("/bin/sh");
        create(DefinitionVariant.of(plain)
                .addresses(IpAddresses.of("198.18.0.5"))
                .definition());

        assertThat(host.library.pairs("jail_set"))
                .contains("ip4.addr=c6120005", "ip6=" + number(0))
                .noneMatch(pair -> pair.startsWith("ip6.addr"));
    }

    @ParameterizedTest
    @CsvSource({
        "mlock, allow.nomlock, allow.mlock",
        "syslog, allow.noread_msgbuf, allow.read_msgbuf",
        "quotactl, allow.noquotas, allow.quotas",
        "socket, allow.nosocket_af, allow.socket_af"
    })
    void givesWhatAnOverrideLetsPass(String call, String off, String on) {
        create(host.definition(Command.of("/bin/sh"), RecordedHost.policy(call + " allow"), Limits.NONE));

        assertThat(host.library.pairs("jail_set")).contains(on + "=").doesNotContain(off + "=");
    }

    @ParameterizedTest
    @CsvSource({
        "sysvshm, shmget shmat shmctl shmdt",
        "sysvsem, semget semop semctl semtimedop",
        "sysvmsg, msgget msgsnd msgrcv msgctl"
    })
    void takesAKeySpaceAwayThatNoCallMayUse(String parameter, String calls) {
        String[] denied = List.of(calls.split(" ", -1)).stream()
                .map(call -> call + " deny:ENOSYS")
                .toArray(String[]::new);
        create(host.definition(Command.of("/bin/sh"), RecordedHost.policy(denied), Limits.NONE));

        assertThat(host.library.pairs("jail_set")).contains(parameter + "=" + number(0));
    }

    @Test
    void refusesToDivideWhatOneParameterGoverns() {
        Policy half = RecordedHost.policy("semop deny:ENOSYS");
        JailDefinition definition = host.definition(Command.of("/bin/sh"), half, Limits.NONE);

        assertThatThrownBy(() -> create(definition))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("sysvsem governs semget, semop, semctl, semtimedop together");
        assertThat(host.library.calls("jail_set")).isEmpty();
    }

    @Test
    void leavesOutWhatThisReleaseDoesNotKnow() {
        host.library.forgets("security.jail.param.allow.settime");
        create(host.definition("/bin/sh"));

        assertThat(host.library.pairs("jail_set")).noneMatch(pair -> pair.startsWith("allow.nosettime"));
    }

    @Test
    void refusesToGiveWhatThisReleaseDoesNotKnow() {
        host.library.forgets("security.jail.param.allow.mlock");
        JailDefinition definition =
                host.definition(Command.of("/bin/sh"), RecordedHost.policy("mlock allow"), Limits.NONE);

        assertThatThrownBy(() -> create(definition))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("allow.mlock");
    }

    private void create(JailDefinition definition) {
        LibC libC = host.library.libC();
        JailParameters parameters = new JailParameters(MechanismTable.all(), new Sysctl(libC)::knowsParameter);
        try (IoVectors vectors = parameters.of("bailiwick-web", definition, NOW)) {
            new JailCalls(libC).create("web", vectors);
        }
    }
}
