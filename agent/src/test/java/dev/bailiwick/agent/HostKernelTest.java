package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HostKernelTest {

    @Test
    void isChosenByTheOperatingSystem() {
        assertThat(HostKernel.named("Linux")).isEqualTo(HostKernel.LINUX);
        assertThat(HostKernel.named("FreeBSD")).isEqualTo(HostKernel.FREEBSD);
        assertThat(HostKernel.here()).isEqualTo(HostKernel.LINUX);
    }

    @Test
    void saysWhereThereIsNone() {
        assertThatThrownBy(() -> HostKernel.named("Windows 11"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("Linux")
                .hasMessageContaining("FreeBSD")
                .hasMessageContaining("Windows 11");
    }
}
