package dev.bailiwick.server.plan;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.Count;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.quota.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a plan says of a jail.
 *
 * @param limits the most that a jail may have; what is missing is left to its definition
 * @param sysctls the most that a jail may have of each of these settings of the kernel ({@link Sysctls#amounts}), and what it has without
 *     one of its own
 * @param addresses the most IP addresses of a jail, at least 1; null for no bound
 * @param disk bytes that are promised to a jail; they count for the quota of its customer
 * @param profiles those that a jail may have; empty for all
 * @param bases those that a jail may have; empty for all
 * @param promises ports, setuid, outgoing mail and backups; nothing holds a jail to the last yet
 * @param priceCode the plan in the books of those who sell it
 */
public record PlanTerms(
        Limits limits,
        Sysctls sysctls,
        @Nullable Long addresses,
        @Nullable Long disk,
        List<Profile> profiles,
        List<Base> bases,
        Promises promises,
        @Nullable String priceCode) {

    /** The fields of a plan to which nothing holds a jail. */
    public static final List<String> NOT_ENFORCED = List.of("disk", "backups");

    public PlanTerms {
        profiles = List.copyOf(profiles);
        bases = List.copyOf(bases);
    }

    /**
     * What is kept for those who sell the plan. Each is null if the plan does not say.
     *
     * @param ports how many published ports, 0 to 65,535
     * @param setuid whether jails may have {@link Privileges#SETUID}; null is no
     * @param outgoingMail whether a jail reaches TCP port 25 beyond its host, if its pool allows that, too; null is no
     * @param backups how many are kept, 0 to 1,000
     */
    public record Promises(
            @Nullable Integer ports,
            @Nullable Boolean setuid,
            @Nullable Boolean outgoingMail,
            @Nullable Integer backups) {

        public static final int MAX_PORTS = 65_535;
        public static final int MAX_BACKUPS = 1_000;
        public static final Promises NONE = new Promises(null, null, null, null);

        /** Returns whether a jail reaches TCP port 25 beyond its host, if its pool allows that, too. */
        public boolean allowsMail() {
            return Boolean.TRUE.equals(outgoingMail);
        }
    }

    /** Returns the definition with the limits and settings of the plan where it has none. */
    public JailDefinition complete(JailDefinition wanted) {
        return with(
                wanted, wanted.limits().or(limits), wanted.execution().sysctls().or(sysctls));
    }

    /** Returns the definition with the limits and settings of the plan. One of which the plan says nothing stays. */
    public JailDefinition applied(JailDefinition jail) {
        return with(jail, limits.or(jail.limits()), sysctls.or(jail.execution().sysctls()));
    }

    private static JailDefinition with(JailDefinition jail, Limits limits, Sysctls sysctls) {
        return jail.with(limits).with(jail.execution().with(sysctls));
    }

    /**
     * Returns why a jail cannot have so many addresses.
     *
     * @param has how many it is to have
     */
    public Optional<PlanDoesNotFit> tooMany(long has) {
        return addresses == null || has <= addresses
                ? Optional.empty()
                : Optional.of(new PlanDoesNotFit(List.of(tooManyAddresses(has, addresses))));
    }

    /**
     * Returns why a jail cannot have so many published ports.
     *
     * @param has how many it is to have
     */
    public Optional<Violation> tooManyPorts(int has) {
        Integer most = promises.ports();
        return most == null || has <= most
                ? Optional.empty()
                : Optional.of(new Violation(
                        "/ports",
                        "has " + Count.of(has, "published port", "published ports") + ", but its plan has at most "
                                + most));
    }

    private static Violation tooManyAddresses(long has, long most) {
        return new Violation(
                "/ip", "has " + Count.of(has, "address", "addresses") + ", but its plan has at most " + most);
    }

    /** Returns what is promised of disk, in bytes; empty if the plan does not say. */
    public OptionalLong promisedDisk() {
        return disk == null ? OptionalLong.empty() : OptionalLong.of(disk);
    }

    /** Returns what of a definition is beyond the plan. */
    public List<Violation> violations(JailDefinition jail) {
        List<Violation> violations = new ArrayList<>();
        for (Limit limit : Limit.values()) {
            check(limit, jail.limits(), violations);
        }
        checkCpus(jail.limits().cpus(), violations);
        sysctls.all()
                .forEach((name, most) ->
                        checkSetting(name, jail.execution().sysctls().all().get(name), most, violations));
        int has = jail.addresses().all().size();
        if (addresses != null && has > addresses) {
            violations.add(tooManyAddresses(has, addresses));
        }
        if (!Boolean.TRUE.equals(promises.setuid()) && jail.execution().privileges() == Privileges.SETUID) {
            violations.add(new Violation("/privileges", "must be 'none' in its plan"));
        }
        if (!profiles.isEmpty() && !profiles.contains(jail.policy().profile())) {
            violations.add(new Violation(
                    "/policy/profile",
                    profiles.stream()
                            .map(profile -> "'" + profile.text() + "'")
                            .collect(Collectors.joining(" or ", "must be ", " in its plan"))));
        }
        if (!bases.isEmpty() && !bases.contains(jail.base())) {
            violations.add(new Violation(
                    "/base",
                    bases.stream()
                            .map(base -> "'" + base.text() + "'")
                            .collect(Collectors.joining(" or ", "must be ", " in its plan"))));
        }
        return violations;
    }

    private void check(Limit limit, Limits has, List<Violation> violations) {
        OptionalLong most = limits.of(limit);
        if (most.isEmpty()) {
            return;
        }
        OptionalLong amount = has.effective(limit);
        if (amount.isPresent() && amount.getAsLong() <= most.getAsLong()) {
            return;
        }
        OptionalLong asked = has.of(limit);
        violations.add(beyond(
                "/limits/" + limit.text(),
                asked.isPresent() ? text(limit, asked.getAsLong()) : null,
                text(limit, most.getAsLong())));
    }

    private void checkCpus(CpuSet has, List<Violation> violations) {
        CpuSet allowed = limits.cpus();
        if (allowed.isAll() || !has.isAll() && has.without(allowed).isAll()) {
            return;
        }
        violations.add(
                has.isAll()
                        ? new Violation("/limits/cpus", "is required: its plan has the CPUs " + allowed)
                        : new Violation(
                                "/limits/cpus", "asks for the CPUs " + has + ", but its plan has the CPUs " + allowed));
    }

    private static void checkSetting(String name, @Nullable String has, String most, List<Violation> violations) {
        if (has == null || !Sysctls.isWithin(has, most)) {
            violations.add(beyond("/sysctls/" + name, has, most));
        }
    }

    /** @param asked null if the definition says nothing */
    private static Violation beyond(String pointer, @Nullable String asked, String most) {
        return new Violation(
                pointer,
                asked == null
                        ? "is required: its plan has at most " + most
                        : "asks for " + asked + ", but its plan has at most " + most);
    }

    private static String text(Limit limit, long amount) {
        return switch (limit) {
            case MEMORY -> Measure.MEMORY.text(amount);
            case PROCESSES -> Count.of(amount, "process", "processes");
            case CPU_MILLIS -> Measure.CPU.text(amount);
            default -> limit.written(amount);
        };
    }
}
