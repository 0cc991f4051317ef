package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which rows of a policy FreeBSD cannot hold, as capabilities that are missing. Every row of a profile must be kept, and exactly
 * what an override says; otherwise it would be dropped in silence.
 */
final class PolicyCapabilities {

    /** What a jail's privileges and parameters answer, and what a key space answers that is not there. */
    private static final Set<Errno> ANSWERED = Set.of(Errno.EPERM, Errno.ENOSYS);

    private static final int MAX_NAMED = 8;

    private final Rows rows;

    PolicyCapabilities(Rows rows) {
        this.rows = rows;
    }

    List<Capability> all() {
        List<Capability> all = new ArrayList<>();
        for (Profile profile : Profile.values()) {
            all.add(of(profile));
        }
        all.add(Capability.missing(
                "policy.observe",
                "FreeBSD has no filter for system calls that could log a call or kill for it",
                "log",
                "watch",
                "kill"));
        all.add(missing(
                "policy.deny",
                "FreeBSD permits the call to every jail, and has no parameter against it",
                rows.byCall().entrySet().stream()
                        .filter(row -> !row.getValue().canDeny())
                        .map(row -> "deny:" + row.getKey())
                        .toList()));
        all.add(missing(
                "policy.allow",
                "FreeBSD refuses the call to every jail, or does not have it",
                rows.byCall().entrySet().stream()
                        .filter(row -> !row.getValue().canAllow())
                        .map(row -> "allow:" + row.getKey())
                        .toList()));
        all.add(missing(
                "policy.errno", "FreeBSD answers a call that a jail may not make with an errno of its own", errnos()));
        all.add(missing(
                "policy.alone",
                "one parameter of FreeBSD's jails governs several calls, which can only be decided alike",
                together()));
        return all;
    }

    /** The calls whose rows in this profile FreeBSD does not keep. */
    List<String> unkept(Profile profile) {
        return SyscallTable.linux().all().stream()
                .filter(call ->
                        !rows.of(call.name()).keeps(call.decision(profile).ruling()))
                .map(call -> call.name())
                .toList();
    }

    private Capability of(Profile profile) {
        String name = "policy." + profile.text();
        List<String> unkept = unkept(profile);
        if (unkept.isEmpty()) {
            return Capability.available(name);
        }
        String named = String.join(", ", unkept.subList(0, Math.min(MAX_NAMED, unkept.size())));
        String more = unkept.size() > MAX_NAMED ? " and " + (unkept.size() - MAX_NAMED) + " more" : "";
        return Capability.missing(
                name,
                "FreeBSD has no filter for system calls, and permits what this profile refuses: " + named + more,
                "profile:" + profile.text());
    }

    private List<String> errnos() {
        List<String> refused = new ArrayList<>();
        for (Errno errno : Errno.values()) {
            if (!ANSWERED.contains(errno)) {
                refused.add("errno:" + errno);
            }
        }
        rows.byCall().forEach((call, mechanism) -> {
            switch (mechanism) {
                case Mechanism.Flag _, Mechanism.Refused _ -> refused.add("deny:" + call + ":ENOSYS");
                case Mechanism.KeySpace _ -> refused.add("deny:" + call + ":EPERM");
                case Mechanism.Permitted _, Mechanism.PermittedIf _, Mechanism.Absent _ -> {}
            }
        });
        return refused;
    }

    private List<String> together() {
        List<String> refused = new ArrayList<>();
        for (String parameter : rows.parameters()) {
            List<String> calls = rows.governedBy(parameter);
            for (String call : calls) {
                for (String other : calls) {
                    if (!call.equals(other)) {
                        alone(call, other).ifPresent(refused::add);
                    }
                }
            }
        }
        return refused;
    }

    /** A key space goes as a whole; a flag is given only where no profile refuses one of its calls, or all are let pass. */
    private Optional<String> alone(String call, String other) {
        if (rows.of(call) instanceof Mechanism.KeySpace) {
            return Optional.of("deny:" + call + " without deny:" + other);
        }
        boolean otherRefused = keptProfiles().stream()
                .anyMatch(profile -> !SyscallTable.linux()
                        .named(other)
                        .decision(profile)
                        .ruling()
                        .verdict()
                        .passes());
        return otherRefused ? Optional.of("allow:" + call + " without allow:" + other) : Optional.empty();
    }

    /** The profiles that can be had here. */
    private List<Profile> keptProfiles() {
        return List.of(Profile.values()).stream()
                .filter(profile -> unkept(profile).isEmpty())
                .toList();
    }

    private static Capability missing(String name, String reason, List<String> refuses) {
        return Capability.missing(name, reason, new TreeSet<>(refuses).toArray(String[]::new));
    }
}
