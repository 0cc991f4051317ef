package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.host.AgentMemory;
import dev.bailiwick.agent.kernel.linux.root.MemoryFiles;
import dev.bailiwick.agent.kernel.linux.root.RootTrees;
import dev.bailiwick.agent.kernel.linux.sandbox.JailStart;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.JailDefinition;
import java.io.UncheckedIOException;

/** Whether this host can start a definition, as far as that shows without a start. What a program in the jail needs only its start shows. */
final class StartCheck {

    private final KernelParts parts;

    StartCheck(KernelParts parts) {
        this.parts = parts;
    }

    /** Checks what each start checks first: the host, and what it can give. */
    void requireHost(JailDefinition definition) {
        parts.coreDumps().require();
        AgentMemory.requirePrivate();
        parts.guard().require();
        parts.systemMemory().require(definition);
        MemoryFiles.requireRoom(definition.limits());
        parts.cgroups().requirePossible(definition.limits());
        parts.network().requirePossible(definition.limits());
        JailStart.requirePossible(definition.limits());
    }

    /**
     * Also checks the root of the jail, and the users in it; changes nothing.
     *
     * @throws KernelRefusal if a start would fail
     */
    void require(JailDefinition definition) {
        try {
            requireHost(definition);
            try (RootTrees trees = parts.files().look(definition)) {
                JailStart.requireUsers(definition, trees);
            }
        } catch (LinuxFailure e) {
            throw JailStarter.refusal(e);
        } catch (UncheckedIOException e) {
            throw KernelRefusal.transientFailure("StartFailed", String.valueOf(e.getMessage()));
        }
    }
}
