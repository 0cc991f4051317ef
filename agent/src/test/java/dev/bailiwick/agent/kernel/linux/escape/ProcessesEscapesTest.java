package dev.bailiwick.agent.kernel.linux.escape;

import static dev.bailiwick.agent.kernel.linux.escape.Technique.technique;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** A jail cannot reach the host's processes, and its root cannot gain further rights. */
@NeedsRoot
class ProcessesEscapesTest {

    static final EscapeList LIST = new EscapeList(
            "processes",
            List.of(
                    technique("signal", "signal a process of the host", "pid namespace")
                            .of("D12"),
                    technique("signal-group", "signal a group of processes of the host", "pid namespace")
                            .of("D12"),
                    technique("signal-by-owner", "have it signalled as the owner of a descriptor", "pid namespace")
                            .of("D12"),
                    technique(
                                    "signal-by-owner-group",
                                    "have the group signalled as the owner of a descriptor",
                                    "pid namespace")
                            .of("D12"),
                    technique("process-descriptor", "pidfd_open", "pid namespace")
                            .of("D12"),
                    technique("trace", "ptrace", "pid namespace; in `strict2002` the filter")
                            .of("B12"),
                    technique("read-memory", "process_vm_readv", "pid namespace; in `strict2002` the filter")
                            .of("B12"),
                    technique("memory-file", "its memory in /proc", "pid namespace")
                            .of("B12"),
                    technique("proc-entry", "its environment in /proc", "pid namespace")
                            .of("B12"),
                    technique(
                                    "priority",
                                    "setpriority: go before all others",
                                    "user namespace; in `strict2002` the filter")
                            .of("D9"),
                    technique("real-time", "SCHED_FIFO: never give way", "user namespace; in `strict2002` the filter")
                            .of("D9"),
                    technique(
                                    "disk-priority",
                                    "real-time priority at the disk",
                                    "user namespace; in `strict2002` the filter")
                            .of("D9"),
                    technique(
                                    "spared-by-oom",
                                    "oom_score_adj: let others be killed for lack of memory",
                                    "user namespace")
                            .mayBeAbsent()
                            .of("B45"),
                    technique("foreign-user", "become a user of the host", "user namespace: the id is not mapped")
                            .of("B46"),
                    technique(
                                    "foreign-owner",
                                    "give a file to a user of the host",
                                    "user namespace: the id is not mapped")
                            .of("B46"),
                    technique("load-capability", "take CAP_SYS_MODULE", "capability bounding set")
                            .of("A20"),
                    technique("network-capability", "take CAP_NET_ADMIN", "capability bounding set")
                            .of("A20"),
                    technique("hard-limit", "raise a hard limit", "user namespace; in `strict2002` the filter")
                            .mayBeAbsent()
                            .of("D8"),
                    technique("shared-segment", "a SysV segment of the host", "ipc namespace")
                            .of("D13"),
                    technique("semaphores", "System V semaphores of the host", "ipc namespace")
                            .of("D13"),
                    technique("messages", "a System V message queue of the host", "ipc namespace")
                            .of("D13"),
                    technique("message-queue", "a POSIX message queue of the host", "ipc namespace")
                            .of("D13"),
                    technique("queue-directory", "a mount of the message queues", "ipc namespace")
                            .of("D13")));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
