package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;

/** One action on one jail. After each step the jail is planned again. */
public sealed interface Step {

    record Start(long generation, String fingerprint, JailDefinition definition, FilesClaim files) implements Step {}

    /**
     * Gives the running jail what it gets without a restart, and records this later generation, which it then matches, and its owner, who
     * may be another one.
     */
    record Confirm(long generation, String owner, JailDefinition definition) implements Step {}

    /** Checks what the running jail needs on the host, and restores what is gone. */
    record Mend(JailDefinition definition) implements Step {}

    /** Checks, while the jail runs, that the host can start the definition for which the jail is to be stopped. */
    record Check(String fingerprint, JailDefinition definition) implements Step {}

    record Terminate(StopSignal signal) implements Step {}

    /** @param method how the jail was asked to end, in vain */
    record Kill(StopMethod method) implements Step {}

    record Release() implements Step {}

    /** Records the run after which the jail stays ended, or one that must not be repeated. */
    record RecordEnd(EndedRun run) implements Step {}

    /** Removes the record of the last run. */
    record ForgetEnd() implements Step {}

    /** Keeps the files, for another jail of the owner. */
    record KeepFiles(String owner) implements Step {}

    record DeleteFiles(RootPath path, Base base) implements Step {}
}
