package dev.bailiwick.agent.training;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.denial.LoadedPolicies;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Does the parts of a start that change nothing on the host, for a training run. It needs no root, and leaves nothing behind. */
public final class LinuxTraining {

    private LinuxTraining() {}

    /** @param layout directories that only the training run uses */
    public static void train(HostLayout layout) {
        SeccompCompiler.compile(Policy.of(Profile.HOSTING), Architecture.host(), Instant.now());
        // NativeSpawn writes and loads its library there.
        if (!Files.isWritable(Path.of("/run"))) {
            return;
        }
        JailId jail = JailId.parse("00000000-0000-4000-8000-000000000000");
        int pid = (int) ProcessHandle.current().pid();
        new JailMark(jail, 1, "0", pid, ProcessTimes.startTicks(pid).orElse(0L), 0).text();
        ProcessTimes.read(pid, "cgroup");
        LoadedPolicies policies = new LoadedPolicies(layout.runtimeDirectory());
        policies.adopt(jail);
        policies.of(jail);
        try (IdRanges ranges = new IdRanges(layout);
                EpollLoop loop = new EpollLoop("training");
                Descriptor process = Linux.openProcessDescriptor(pid)) {
            ranges.rangeOf(jail);
            loop.forget(loop.whenReadable(process, () -> 0));
        }
    }
}
