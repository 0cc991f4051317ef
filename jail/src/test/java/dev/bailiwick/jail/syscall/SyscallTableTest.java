package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SyscallTableTest {

    private static final SyscallTable TABLE = SyscallTable.linux();

    /** Rows of the proposal that have no successor on x86-64: 16-bit mode, and an obsolete buffer flush. */
    private static final Set<String> WITHOUT_HEIR = Set.of("sys_vm86old", "sys_vm86", "sys_bdflush");

    @Test
    void keepsAllRowsOfTheProposalInOrder() {
        assertThat(TABLE.seed())
                .extracting(SeedSyscall::sequence)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 210).boxed().toList());
    }

    @Test
    void knowsAnHeirForEveryRowOfTheProposal() {
        for (SeedSyscall seed : TABLE.seed()) {
            if (WITHOUT_HEIR.contains(seed.name())) {
                assertThat(seed.today()).as(seed.name()).isEmpty();
            } else {
                assertThat(seed.today()).as(seed.name()).isNotEmpty();
            }
            assertThat(seed.today())
                    .as(seed.name())
                    .allSatisfy(name -> assertThat(TABLE.find(name)).as(name).isPresent());
        }
    }

    @Test
    void tracesSeedReferencesToRowsOfTheProposal() {
        Set<String> seeds =
                new HashSet<>(TABLE.seed().stream().map(SeedSyscall::name).toList());

        for (Syscall call : TABLE.all()) {
            if (!call.seed().isEmpty()) {
                assertThat(seeds)
                        .as(call.name())
                        .contains(call.seed().replace("like ", "").split(";"));
            }
        }
    }

    @Test
    void decidesEverySystemCallWithAReason() {
        assertThat(TABLE.all()).hasSize(385);
        assertThat(TABLE.all()).allSatisfy(call -> {
            assertThat(call.reason()).isNotBlank();
            assertThat(call.decisions()).containsOnlyKeys(Profile.values());
            assertThat(call.enforcedBy()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void numbersEachCallOnce(Architecture architecture) {
        List<Integer> numbers = TABLE.all().stream()
                .flatMapToInt(c -> c.number(architecture).stream())
                .boxed()
                .toList();

        assertThat(numbers).doesNotHaveDuplicates().hasSize(architecture == Architecture.X86_64 ? 385 : 327);
        assertThat(TABLE.numbered(architecture, numbers.getFirst())).isPresent();
        assertThat(TABLE.numbered(architecture, 4711)).isEmpty();
    }

    @Test
    void saysWhatContainsACallThatTheFilterLetsPass() {
        for (Syscall call : TABLE.all()) {
            for (Profile profile : Profile.values()) {
                if (call.decision(profile) instanceof Decision.Contained(Layer by)) {
                    assertThat(call.under(profile).enforcedBy()).as(call.name()).contains(by);
                }
            }
        }
    }

    @Test
    void isNowhereStricterInHostingThanInTheProposal() {
        for (Syscall call : TABLE.all()) {
            if (call.decision(Profile.HOSTING) instanceof Decision.Deny) {
                assertThat(call.decision(Profile.STRICT2002)).as(call.name()).isInstanceOf(Decision.Deny.class);
            }
        }
    }

    @Test
    void keepsTheFloorInEveryProfile() {
        List<Syscall> floor =
                TABLE.all().stream().filter(c -> c.floor().isPresent()).toList();

        assertThat(floor)
                .extracting(Syscall::name)
                .containsExactlyInAnyOrder(
                        "create_module",
                        "init_module",
                        "finit_module",
                        "delete_module",
                        "kexec_load",
                        "kexec_file_load",
                        "swapon",
                        "swapoff",
                        "open_by_handle_at",
                        "setns",
                        "clone",
                        "clone3",
                        "unshare",
                        "bpf",
                        "perf_event_open",
                        "ioctl",
                        "socket",
                        "setrlimit",
                        "prlimit64");
        for (Syscall call : floor) {
            Ruling least = call.floor().orElseThrow().ruling();
            for (Profile profile : Profile.values()) {
                Ruling decided = call.decision(profile).ruling();
                assertThat(RulePoints.of(least, decided))
                        .as("%s under %s", call.name(), profile.text())
                        .noneMatch(arguments -> decided.verdict(arguments).passes()
                                && !least.verdict(arguments).passes());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"read,FILE", "getpid,PROCESS", "open,CHROOT", "mount,JAILED", "setuid,SEALED"})
    void carriesTheProposalsLetters(String call, SyscallClass letter) {
        assertThat(TABLE.find(call).orElseThrow().letter()).isEqualTo(letter);
    }

    @Test
    void namesTheRowThatDoesNotRead() {
        String header = "name,x86_64_nr,aarch64_nr,since_kernel,class,seed_ref,default_action_strict2002,"
                + "default_action_hosting,else_errno,floor,kernel_errno,reason,enforced_by\n";

        assertThatThrownBy(() -> table(header + "read,0,63,1.0,F,,allow,maybe,,,,why,mntns\n", ""))
                .isInstanceOf(MalformedTable.class)
                .hasMessage("the row of read has the unknown decision 'maybe'");
        assertThatThrownBy(() -> table(header + "read,0,63,1.0,F,,allow,allow,,,,,mntns\n", ""))
                .isInstanceOf(MalformedTable.class)
                .hasMessage("the row of read has no reason for read");
        assertThatThrownBy(() -> table(header + "read,0\n", ""))
                .isInstanceOf(MalformedTable.class)
                .hasMessage("line 2 has 2 cells, the header 13");
    }

    @Test
    void namesTheAmendmentThatDoesNotRead() {
        String rows = "name,x86_64_nr,aarch64_nr,since_kernel,class,seed_ref,default_action_strict2002,"
                + "default_action_hosting,else_errno,floor,kernel_errno,reason,enforced_by\n"
                + "read,0,63,1.0,F,,allow,allow,,,,why,mntns\n"
                + "bpf,321,280,3.18,J,,deny-EPERM,deny-EPERM,,deny,,why,seccomp\n";

        assertThat(table(rows, "read,deny-EPERM,,,why,seccomp\n").named("read").decision(Profile.SYSTEM))
                .isEqualTo(new Decision.Deny(Errno.EPERM));
        assertThatThrownBy(() -> table(rows, "reed,deny-EPERM,,,why,seccomp\n"))
                .isInstanceOf(MalformedTable.class)
                .hasMessage("amends the unknown calls [reed]");
        assertThatThrownBy(() -> table(rows, "read,deny-EPERM,,,,seccomp\n"))
                .isInstanceOf(MalformedTable.class)
                .hasMessage("the row of read in profile system has no reason");
        assertThat(table(rows, "bpf,deny-ENOSYS,,,why,seccomp\n").named("bpf").decision(Profile.SYSTEM))
                .isEqualTo(new Decision.Deny(Errno.ENOSYS));
        assertThatThrownBy(() -> table(rows, "bpf,allow,,,why,seccomp\n"))
                .isInstanceOf(MalformedTable.class)
                .hasMessage("the row of bpf allows under system what its floor blocks");
    }

    private static SyscallTable table(String rows, String amendments) {
        return new SyscallTable(
                rows,
                "seq\n",
                Map.of(Profile.SYSTEM, "name,action,else_errno,kernel_errno,reason,enforced_by\n" + amendments),
                "name,answer,instead\n");
    }

    @Test
    void knowsWhichBlockedCallsProgramsDoWithout() {
        assertThat(TABLE.named("clone3").fallback())
                .hasValueSatisfying(instead -> assertThat(instead).contains("clone instead"));
        assertThat(TABLE.all().stream().filter(call -> call.fallback().isPresent()))
                .hasSizeGreaterThan(5)
                .allSatisfy(call -> assertThat(call.decision(Profile.HOSTING)).isInstanceOf(Decision.Deny.class));
        assertThat(TABLE.named("mount").fallback()).isEmpty();
    }
}
