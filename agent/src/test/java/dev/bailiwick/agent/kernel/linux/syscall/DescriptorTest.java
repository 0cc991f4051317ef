package dev.bailiwick.agent.kernel.linux.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import org.junit.jupiter.api.Test;

@NeedsRoot
class DescriptorTest {

    @Test
    void staysWhatItIsWhereAnotherIsClosed() {
        Descriptor first =
                Linux.openProcessDescriptor((int) ProcessHandle.current().pid());
        try (Descriptor copy = first.copy().orElseThrow()) {
            assertThat(copy.number()).isNotEqualTo(first.number());
            first.close();
            assertThat(Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, copy.number(), 0, 0, 0))
                    .isZero();
            assertThat(first.copy()).isEmpty();
        }
    }
}
