package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;

/** One thing to do to one jail; after each the jail is planned again. */
sealed interface Step {

    record Start(long generation, String fingerprint, JailDefinition definition, FilesClaim files) implements Step {}

    /** The running jail already matches this later generation, but may belong to another owner. */
    record Confirm(long generation, String owner) implements Step {}

    /** Looks at what the running jail needs, and restores what is gone. */
    record Mend(JailDefinition definition) implements Step {}

    record Terminate() implements Step {}

    record Kill() implements Step {}

    record Release() implements Step {}

    /** Its files stay, for another jail of its owner. */
    record KeepFiles(String owner) implements Step {}

    record DeleteFiles(RootPath path, Base base) implements Step {}
}
