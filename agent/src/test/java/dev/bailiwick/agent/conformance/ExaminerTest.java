package dev.bailiwick.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.conformance.Evidence.Standing;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExaminerTest {

    private static final Answer EPERM = Answer.of(Errno.EPERM);

    private final Examiner hosting = examiner(Profile.HOSTING);

    @Test
    void provesARefusalThatIsNoneOutside() throws IOException {
        Evidence evidence = hosting.examine(probe("sethostname"), EPERM, Optional.of(Answer.OK));

        assertThat(evidence.standing()).isEqualTo(Standing.PROVEN);
        assertThat(evidence.mechanism()).isEqualTo("seccomp");
    }

    @Test
    void disagreesWhereARefusedCallIsCarriedOut() throws IOException {
        Evidence evidence = hosting.examine(probe("sethostname"), Answer.OK, Optional.of(Answer.OK));

        assertThat(evidence.standing()).isEqualTo(Standing.DISAGREES);
        assertThat(evidence.toString())
                .contains("sethostname")
                .contains("promised EPERM")
                .contains("answered ok inside");
    }

    @Test
    void disagreesWhereAnAllowedCallIsRefused() throws IOException {
        assertThat(hosting.examine(probe("read"), EPERM, Optional.of(Answer.OK)).standing())
                .isEqualTo(Standing.DISAGREES);
    }

    @Test
    void disagreesWhereALayerDoesNotHold() throws IOException {
        Probe outsider = probe("kill, a process outside");

        assertThat(hosting.examine(outsider, Answer.of(Errno.ESRCH), Optional.of(Answer.OK)))
                .returns(Standing.PROVEN, Evidence::standing)
                .returns("pidns", Evidence::mechanism);
        assertThat(hosting.examine(outsider, Answer.OK, Optional.of(Answer.OK)).standing())
                .isEqualTo(Standing.DISAGREES);
    }

    @Test
    void disagreesWhereOutsideIsNotAsExpected() throws IOException {
        assertThat(hosting.examine(probe("sethostname"), EPERM, Optional.of(EPERM))
                        .standing())
                .isEqualTo(Standing.DISAGREES);
    }

    @Test
    void disagreesWhereAnotherEntryIsOpen() throws IOException {
        Probe entry = probe("i386 sys_getpid");

        assertThat(hosting.examine(entry, Answer.ABSENT, Optional.of(Answer.OK)).standing())
                .isEqualTo(Standing.PROVEN);
        assertThat(hosting.examine(entry, Answer.OK, Optional.of(Answer.OK)).standing())
                .isEqualTo(Standing.DISAGREES);
    }

    @Test
    void saysWhereAnAnswerProvesLess() throws IOException {
        assertThat(hosting.examine(probe("vserver"), Answer.ABSENT, Optional.of(Answer.ABSENT))
                        .standing())
                .isEqualTo(Standing.SAME_OUTSIDE);
        assertThat(hosting.examine(probe("mseal"), Answer.ABSENT, Optional.of(Answer.ABSENT))
                        .standing())
                .isEqualTo(Standing.ABSENT);
        assertThat(hosting.examine(probe("clock_settime"), EPERM, Optional.empty())
                        .standing())
                .isEqualTo(Standing.INSIDE_ONLY);
    }

    @Test
    void promisesByProfileAndArguments() throws IOException {
        Probe socket = probe("mknod, socket");

        assertThat(hosting.examine(socket, Answer.OK, Optional.of(Answer.OK)).standing())
                .isEqualTo(Standing.PROVEN);
        assertThat(examiner(Profile.STRICT2002)
                        .examine(socket, EPERM, Optional.of(Answer.OK))
                        .standing())
                .isEqualTo(Standing.PROVEN);
    }

    private static Examiner examiner(Profile profile) {
        return new Examiner(new Subject(profile.text(), Policy.of(profile)), Architecture.X86_64, Instant.EPOCH);
    }

    private static Probe probe(String name) throws IOException {
        return ProbeTable.of(Architecture.X86_64).stream()
                .filter(probe -> probe.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
