package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A definition as parameters of jail_set(2). All parameters are explicit, even if they equal the kernel's default: a default may change.
 */
final class JailParameters {

    /** Jailsys values of jail(8). */
    private static final int DISABLE = 0;

    private static final int NEW = 1;

    /** The highest level: file flags cannot be lowered, and packet filters cannot be changed. */
    private static final int SECURE_LEVEL = 3;

    /** Shows only the mount of the jail's root, as {@code /}. */
    private static final int OWN_MOUNT_ONLY = 2;

    /** {@code devfsrules_jail} of /etc/defaults/devfs.rules. */
    static final int DEVICE_RULES = 4;

    /** Parameters that no policy grants; whether the kernel knows them depends on its release. */
    private static final List<String> NEVER_GIVEN = List.of(
            "allow.raw_sockets",
            "allow.chflags",
            "allow.mount",
            "allow.settime",
            "allow.adjtime",
            "allow.extattr",
            "allow.nfsd");

    private final MechanismTable rows;
    private final Predicate<String> known;

    /** @param known whether the kernel knows a parameter; it grants nothing for a parameter that it does not know */
    JailParameters(MechanismTable rows, Predicate<String> known) {
        this.rows = rows;
        this.known = known;
    }

    /**
     * @param name the jail's name in the kernel
     * @param now the time at which overrides must be in force
     * @throws KernelRefusal if the calls that a parameter governs need different values of it
     */
    IoVectors of(String name, JailDefinition definition, Instant now) {
        IoVectors parameters = new IoVectors()
                .text("name", name)
                .text("path", definition.path().value())
                .text("host.hostname", definition.hostname().value())
                .flag("persist")
                .number("securelevel", SECURE_LEVEL)
                .number("enforce_statfs", OWN_MOUNT_ONLY)
                .number("devfs_ruleset", DEVICE_RULES)
                .number("children.max", 0);
        addresses(parameters, "ip4", definition.addresses().v4());
        addresses(parameters, "ip6", definition.addresses().v6());
        for (String parameter : rows.parameters()) {
            if (parameter.startsWith("allow.")) {
                flag(parameters, parameter, isGiven(parameter, definition.policy(), now));
            } else {
                parameters.number(parameter, hasOwn(parameter, definition.policy(), now) ? NEW : DISABLE);
            }
        }
        NEVER_GIVEN.forEach(parameter -> flag(parameters, parameter, false));
        return parameters;
    }

    /** Sets the address or disables the family. An empty list would have the same effect, but this is explicit. */
    private static void addresses(IoVectors parameters, String family, Optional<IpAddress> address) {
        address.ifPresentOrElse(
                own -> parameters.bytes(family + ".addr", own.bytes()), () -> parameters.number(family, DISABLE));
    }

    private void flag(IoVectors parameters, String name, boolean given) {
        if (known.test(name)) {
            parameters.flag(given ? name : name.replaceFirst("([^.]+)$", "no$1"));
        } else if (given) {
            throw KernelRefusal.permanent("PolicyNotHeld", "this kernel does not know the jail parameter " + name);
        }
    }

    /** Returns whether to grant a flag: if an override allows one of its calls. The policy then must not deny any of its calls. */
    private boolean isGiven(String parameter, Policy policy, Instant now) {
        List<Syscall> calls = calls(parameter);
        if (calls.stream().noneMatch(call -> allows(policy.override(call, now)))) {
            return false;
        }
        if (calls.stream().anyMatch(call -> refused(policy, call, now))) {
            throw undivided(parameter, calls);
        }
        return true;
    }

    private boolean hasOwn(String parameter, Policy policy, Instant now) {
        List<Syscall> calls = calls(parameter);
        long refused = calls.stream().filter(call -> refused(policy, call, now)).count();
        if (refused != 0 && refused != calls.size()) {
            throw undivided(parameter, calls);
        }
        return refused == 0;
    }

    private static boolean allows(Optional<PolicyOverride> override) {
        return override.filter(o -> o.decision() instanceof OverrideDecision.Allow)
                .isPresent();
    }

    private static boolean refused(Policy policy, Syscall call, Instant now) {
        return !policy.ruling(call, now).verdict().passes();
    }

    private List<Syscall> calls(String parameter) {
        return rows.governedBy(parameter).stream()
                .map(SyscallTable.linux()::named)
                .toList();
    }

    private static KernelRefusal undivided(String parameter, List<Syscall> calls) {
        return KernelRefusal.permanent(
                "PolicyNotHeld",
                parameter + " governs "
                        + String.join(", ", calls.stream().map(Syscall::name).toList())
                        + " together: the policy must decide all of them in the same way");
    }
}
