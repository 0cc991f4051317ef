package dev.bailiwick.e2e;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What agents report about hosts and jails that exist only in a database. */
final class HostReports {

    private HostReports() {}

    /** Returns what an agent reports of the jail in this phase. */
    static Report of(JailView jail, long generation, Phase phase, Instant at) {
        List<Condition> conditions = switch (phase) {
            case BACKING_OFF ->
                List.of(new Condition(
                        "InitExited",
                        "/usr/sbin/nginx ended with status 1 after 0.8 s; is started again at 28 November 2026, 17:48:51 UTC",
                        at.minusSeconds(40)));
            case REFUSED ->
                List.of(new Condition(
                        "StartFailed",
                        "the program /usr/sbin/nginx does not exist in the jail"
                                + " (execve: ENOENT); next try at 28 November 2026, 17:48:51 UTC",
                        at.minusSeconds(40)));
            case PENDING, STARTING, RUNNING, STOPPING, STOPPED, REMOVED -> List.of();
        };
        OptionalInt init = phase == Phase.RUNNING ? OptionalInt.of(4711) : OptionalInt.empty();
        int restarts = phase == Phase.BACKING_OFF ? 3 : 0;
        return new Report(
                jail.id(), generation, phase, init, restarts, conditions, steps(), at.truncatedTo(ChronoUnit.MICROS));
    }

    /**
     * Returns the facts of a host of a usual kind.
     *
     * @param more what it has or lacks besides
     */
    static HostFacts facts(List<Capability> more) {
        List<Capability> capabilities = new ArrayList<>(more);
        for (String name : List.of("userns", "overlay", "idmap", "cgroup.cpu", "cgroup.pids")) {
            capabilities.add(Capability.available(name));
        }
        return new HostFacts(
                "6.18.2-amd64",
                "x86_64",
                "Debian GNU/Linux 13",
                16,
                64L << 30,
                "boot",
                "/var/lib/bailiwick/jails",
                capabilities);
    }

    private static List<StepTiming> steps() {
        List<StepTiming> steps = new ArrayList<>();
        List<String> names = List.of("store", "cgroup", "root", "veth", "clone3", "maps", "routes", "filter", "exec");
        long[] micros = {1900, 310, 2200, 3900, 640, 120, 380, 90, 800};
        long at = 0;
        for (int i = 0; i < micros.length; i++) {
            steps.add(new StepTiming(names.get(i), at, micros[i]));
            at += micros[i] + 40;
        }
        return steps;
    }
}
