package dev.bailiwick.jail.process;

import java.util.List;
import java.util.Set;

/** What process 1 of a jail is. */
public enum FirstProcess {
    /** The command itself. */
    COMMAND,
    /** A small init of the host, which runs the command as its child, reaps orphans, and passes on signals and the exit status. */
    INIT;

    /** Programs that expect to be process 1, or that reap orphans themselves, by the last part of their path. */
    private static final Set<String> INITS = Set.of(
            "catatonit",
            "dinit",
            "docker-init",
            "dumb-init",
            "finit",
            "init",
            "my_init",
            "openrc-init",
            "runit",
            "runit-init",
            "runsvdir",
            "s6-linux-init",
            "s6-svscan",
            "systemd",
            "tini",
            "tini-static");

    /** Returns whether a command is an init itself, by the name of its program. */
    public static boolean isInit(List<String> argv) {
        String program = argv.getFirst();
        return INITS.contains(program.substring(program.lastIndexOf('/') + 1));
    }
}
