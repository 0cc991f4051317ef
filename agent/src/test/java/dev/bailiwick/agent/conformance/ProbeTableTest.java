package dev.bailiwick.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.conformance.Probe.Target;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.ArgumentRule;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SeedSyscall;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProbeTableTest {

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void coversEveryCallOfTheArchitecture(Architecture architecture) throws IOException {
        Set<String> probed = ProbeTable.of(architecture).stream()
                .filter(probe -> probe.target() instanceof Target.Row)
                .map(probe -> probe.target().name())
                .collect(Collectors.toSet());

        assertThat(probed)
                .containsExactlyInAnyOrderElementsOf(SyscallTable.linux().all().stream()
                        .filter(call -> call.number(architecture).isPresent())
                        .map(Syscall::name)
                        .toList());
    }

    @Test
    void coversEveryRowOfTheProposalByItsOldNumber() throws IOException {
        List<String> probed = ProbeTable.of(Architecture.X86_64).stream()
                .map(probe -> probe.target().name())
                .toList();

        assertThat(SyscallTable.linux().seed()).hasSize(210);
        assertThat(probed)
                .containsAll(SyscallTable.linux().seed().stream()
                        .map(ProbeTable::i386Name)
                        .toList());
    }

    @Test
    void leadsEveryRowOfTheProposalToCallsOfTodayOrSaysThatNoneIsLeft() {
        List<String> calls =
                SyscallTable.linux().all().stream().map(Syscall::name).toList();

        assertThat(SyscallTable.linux().seed())
                .allSatisfy(seed -> assertThat(calls).containsAll(seed.today()));
        assertThat(SyscallTable.linux().seed().stream()
                        .filter(seed -> seed.today().isEmpty()))
                .extracting(SeedSyscall::name)
                .containsExactlyInAnyOrder("sys_vm86old", "sys_vm86", "sys_bdflush");
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void triesBothSidesOfEveryCondition(Profile profile) throws IOException {
        List<Probe> probes = ProbeTable.of(Architecture.X86_64);
        for (Syscall call : SyscallTable.linux().all()) {
            for (ArgumentRule rule : call.decision(profile).ruling().rules()) {
                assertThat(probes.stream()
                                .filter(probe -> isOf(probe, call))
                                .map(probe -> rule.holds(probe.registers()))
                                .collect(Collectors.toSet()))
                        .as(call.name())
                        .containsExactlyInAnyOrder(true, false);
            }
        }
    }

    @Test
    void namesOnlyLayersThatTheTableNames() throws IOException {
        for (Probe probe : ProbeTable.of(Architecture.X86_64)) {
            if (probe.target() instanceof Target.Row(Syscall call, int number)) {
                assertThat(call.enforcedBy())
                        .as(probe.toString())
                        .containsAll(probe.layer().stream().toList());
            }
        }
    }

    @Test
    void readsArgumentsAsTheFilterSeesThem() throws IOException {
        Probe probe = ProbeTable.of(Architecture.X86_64).stream()
                .filter(p -> p.toString().equals("mknod, character device under garbage"))
                .findFirst()
                .orElseThrow();

        assertThat(probe.registers()).containsExactly(Probe.SOMETHING, 0x1_0000_21A4L, 0x103, 0, 0, 0);
    }

    private static boolean isOf(Probe probe, Syscall call) {
        return probe.target() instanceof Target.Row(Syscall probed, int number) && probed.equals(call);
    }
}
