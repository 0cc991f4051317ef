package dev.bailiwick.agent.kernel.linux.oom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.OomKills.LargeProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records as kernels have written them. */
class OomRecordsTest {

    private static final long JAIL = 4_113_694_720L;

    private final List<String> killed = new ArrayList<>();
    private final OomRecords records = new OomRecords(
            user -> user >= JAIL,
            4096,
            (pid, user, cause, largest) -> killed.add(pid + " of " + user + ", " + cause + ": "
                    + largest.stream().map(OomRecordsTest::text).toList()));

    private static String text(LargeProcess process) {
        return process.name() + "=" + process.bytes() / 1024;
    }

    @Test
    void findsTheLargestProcessesOfTheJailInTheTable() {
        read(
                "stress invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=900",
                "Tasks state (memory values in pages):",
                "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name",
                "[     77]     0    77   900000   800000   800000        0         0   167936        0             0 postgres",
                "[   1001] -181272576  1001      644      250      100      150         0    45056        0           900 sh",
                "[   1002] -181272543  1002    20000    16384    16000      384         0   167936        0           900 big one",
                "[   1003] -181272543  1003    20000     1024    16000      384         0   167936        0           900 ",
                "[   1004] -181272543  1004    20000      512    16000      384         0   167936        0           900 small",
                "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/x,task_memcg=/x,task=big,pid=1002,uid=4113694753",
                "Memory cgroup out of memory: Killed process 1002 (big one) total-vm:80000kB, anon-rss:64000kB, file-rss:1536kB, shmem-rss:0kB, UID:4113694753 pgtables:164kB oom_score_adj:900");

        assertThat(killed).containsExactly("1002 of 4113694753, CGROUP: [big one=65536, =4096, small=2048]");
    }

    @Test
    void readsTheTableOfAnEarlierKernel() {
        read(
                "Tasks state (memory values in pages):",
                "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
                "[   1001] -181272576  1001      644      250    45056        0           900 sh",
                "Out of memory: Killed process 1001 (sh) total-vm:2576kB, anon-rss:400kB, file-rss:600kB, shmem-rss:0kB, UID:4113694720 pgtables:44kB oom_score_adj:900");

        assertThat(killed).containsExactly("1001 of 4113694720, HOST: [sh=1000]");
    }

    @Test
    void knowsOnlyTheKilledProcessWithoutATable() {
        String kill =
                "Out of memory (oom_kill_allocating_task): Killed process 5 (a) total-vm:1kB, anon-rss:5kB, file-rss:6kB, shmem-rss:7kB, UID:4113694720 pgtables:4kB oom_score_adj:0";
        read(kill, kill);

        assertThat(killed).containsExactly("5 of 4113694720, HOST: [a=18]", "5 of 4113694720, HOST: [a=18]");
    }

    @Test
    void takesTheNameOfAProcessForNothingElse() {
        read(
                "Memory cgroup out of memory: Killed process 5 () total-vm:1kB,) total-vm:1kB, anon-rss:5kB, file-rss:6kB, shmem-rss:7kB, UID:4113694720 pgtables:4kB oom_score_adj:900",
                "Memory cgroup out of memory: Killed process 6 (\\x0aUID:0 \\xc3\\xa9\\x5c) total-vm:1kB, anon-rss:5kB, file-rss:6kB, shmem-rss:7kB, UID:4113694720 pgtables:4kB oom_score_adj:900");

        assertThat(killed)
                .containsExactly(
                        "5 of 4113694720, CGROUP: [) total-vm:1kB,=18]", "6 of 4113694720, CGROUP: [ UID:0 é\\=18]");
    }

    @Test
    void ignoresProcessesOfTheHostAndOtherMessages() {
        read(
                "",
                "[",
                "[drm] initialized",
                "Tasks state (memory values in pages):",
                "[  pid  ] nothing that is known",
                "[  1] 4 4",
                "Memory hotplug: on",
                "Out of memory: Killed process 77 (postgres) total-vm:1kB, anon-rss:5kB, file-rss:6kB, shmem-rss:7kB, UID:0 pgtables:4kB oom_score_adj:0");

        assertThat(killed).isEmpty();
    }

    private void read(String... lines) {
        for (String line : lines) {
            records.read(line);
        }
    }
}
