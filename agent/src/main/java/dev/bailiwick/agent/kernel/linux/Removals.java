package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;

/** Forgets jails that are removed, and keeps or deletes their files. */
record Removals(KernelParts parts, FileAccess fileAccess) {

    /** See {@link LinuxKernel#keepFiles}. */
    void keep(JailId jail, String owner) {
        parts.consoles().await(jail);
        parts.guard().forget(jail);
        parts.homes().own(jail, owner);
        fileAccess.exclusively(jail, () -> parts.homes().keep(jail));
        parts.oom().forget(jail);
    }

    /** See {@link LinuxKernel#deleteFiles}. */
    void delete(JailId jail, RootPath path) {
        parts.consoles().await(jail);
        // Reads the kernel's records of its last denied calls, before its ids get another owner.
        parts.denials().forget(jail);
        parts.guard().forget(jail);
        parts.oom().forget(jail);
        fileAccess.exclusively(jail, () -> parts.homes().delete(jail, path));
    }
}
