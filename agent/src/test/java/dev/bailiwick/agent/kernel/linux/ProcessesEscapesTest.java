package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Technique.technique;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** No process of the host is within reach, and root of the jail becomes nothing more. */
@NeedsRoot
class ProcessesEscapesTest {

    private static final EscapeList LIST = new EscapeList(
            "processes",
            List.of(
                    technique("signal", "signal a process of the host", "pid namespace"),
                    technique("signal-by-owner", "have it signalled as the owner of a descriptor", "pid namespace"),
                    technique("process-descriptor", "pidfd_open", "pid namespace"),
                    technique("trace", "ptrace", "pid namespace; in `strict2002` the filter"),
                    technique("read-memory", "process_vm_readv", "pid namespace; in `strict2002` the filter"),
                    technique("proc-entry", "its environment in /proc", "pid namespace"),
                    technique(
                            "priority",
                            "setpriority: go before all others",
                            "user namespace; in `strict2002` the filter"),
                    technique("real-time", "SCHED_FIFO: never give way", "user namespace; in `strict2002` the filter"),
                    technique(
                            "disk-priority",
                            "real-time priority at the disk",
                            "user namespace; in `strict2002` the filter"),
                    technique(
                                    "spared-by-oom",
                                    "oom_score_adj: let others be killed for lack of memory",
                                    "user namespace")
                            .mayBeAbsent(),
                    technique("foreign-user", "become a user of the host", "user namespace: the id is not mapped"),
                    technique(
                            "foreign-owner",
                            "give a file to a user of the host",
                            "user namespace: the id is not mapped"),
                    technique("load-capability", "take CAP_SYS_MODULE", "capability bounding set"),
                    technique("network-capability", "take CAP_NET_ADMIN", "capability bounding set"),
                    technique("hard-limit", "raise a hard limit", "user namespace; in `strict2002` the filter")
                            .mayBeAbsent(),
                    technique("core-dumps", "dump core into the host's handler", "hard limit of 0"),
                    technique("shared-segment", "a SysV segment of the host", "ipc namespace"),
                    technique("message-queue", "a POSIX message queue of the host", "ipc namespace")));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
