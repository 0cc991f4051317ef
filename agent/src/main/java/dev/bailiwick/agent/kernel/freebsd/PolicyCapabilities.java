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
 * The rows of a policy that FreeBSD cannot enforce, as missing capabilities. FreeBSD must enforce every row of a profile, and exactly
 * what an override says; otherwise it would silently ignore parts of the policy.
 */
final class PolicyCapabilities {

    /** The errors of calls without a privilege or parameter, and of calls to a missing key space. */
    private static final Set<Errno> ANSWERED = Set.of(Errno.EPERM, Errno.ENOSYS);

    private static final int MAX_NAMED = 8;

    private final MechanismTable rows;

    PolicyCapabilities(MechanismTable rows) {
        this.rows = rows;
    }

    List<Capability> all() {
        List<Capability> all = new ArrayList<>();
        for (Profile profile : Profile.values()) {
            all.add(of(profile));
        }
        all.add(Capability.missing(
                "policy.observe",
                "FreeBSD has no filter for system calls that could log a call or kill its caller",
                "log",
                "watch",
                "kill"));
        all.add(missing(
                "policy.deny",
                "FreeBSD allows the call in every jail, and has no parameter to deny it",
                rows.byCall().entrySet().stream()
                        .filter(row -> !row.getValue().canDeny())
                        .map(row -> "deny:" + row.getKey())
                        .toList()));
        all.add(missing(
                "policy.allow",
                "FreeBSD denies the call in every jail, or does not have it",
                rows.byCall().entrySet().stream()
                        .filter(row -> !row.getValue().canAllow())
                        .map(row -> "allow:" + row.getKey())
                        .toList()));
        all.add(missing("policy.errno", "FreeBSD chooses the errno of a denied call itself", errnos()));
        all.add(missing(
                "policy.alone",
                "one parameter of FreeBSD's jails governs several calls, so all of them must be decided in the same way",
                together()));
        return all;
    }

    /** Returns the calls whose rows in this profile FreeBSD does not enforce. */
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
                "FreeBSD has no filter for system calls, and allows calls that this profile denies: " + named + more,
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

    /**
     * Returns the demand to decide a call without another one that shares its parameter; empty if FreeBSD can do that. A key space is
     * denied only as a whole. A flag is granted only if no profile denies one of its calls, or all of them are allowed.
     */
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

    /** Returns the profiles that FreeBSD can enforce. */
    private List<Profile> keptProfiles() {
        return List.of(Profile.values()).stream()
                .filter(profile -> unkept(profile).isEmpty())
                .toList();
    }

    private static Capability missing(String name, String reason, List<String> refuses) {
        return Capability.missing(name, reason, new TreeSet<>(refuses).toArray(String[]::new));
    }
}
