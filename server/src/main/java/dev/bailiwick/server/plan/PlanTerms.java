package dev.bailiwick.server.plan;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.Count;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.quota.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a plan says of a jail.
 *
 * @param limits the most that a jail may have; what is missing is left to its definition
 * @param addresses the most IP addresses of a jail, at least 1; null for no bound
 * @param disk bytes that are promised to a jail; they count for the quota of its customer
 * @param profiles those that a jail may have; empty for all
 * @param bases those that a jail may have; empty for all
 * @param promises ports, setuid, outgoing mail and backups; nothing holds a jail to the last yet
 * @param priceCode the plan in the books of those who sell it
 */
public record PlanTerms(
        Limits limits,
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

    /** Returns the limits with those of the plan where they have none. */
    public Limits complete(Limits wanted) {
        return wanted.or(limits);
    }

    /** Returns the definition with the limits of the plan. A limit of which the plan says nothing stays. */
    public JailDefinition applied(JailDefinition jail) {
        return jail.with(limits.or(jail.limits()));
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
        check("/limits/memory", jail.limits().memoryBytes(), limits.memoryBytes(), Measure.MEMORY::text, violations);
        check(
                "/limits/processes",
                wide(jail.limits().processes()),
                wide(limits.processes()),
                number -> Count.of(number, "process", "processes"),
                violations);
        check(
                "/limits/cpuMillis",
                wide(jail.limits().cpuMillis()),
                wide(limits.cpuMillis()),
                Measure.CPU::text,
                violations);
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

    private static void check(
            String pointer,
            OptionalLong has,
            OptionalLong most,
            LongFunction<String> text,
            List<Violation> violations) {
        if (most.isEmpty()) {
            return;
        }
        if (has.isEmpty()) {
            violations.add(new Violation(pointer, "is required: its plan has at most " + text.apply(most.getAsLong())));
        } else if (has.getAsLong() > most.getAsLong()) {
            violations.add(new Violation(
                    pointer,
                    "asks for " + text.apply(has.getAsLong()) + ", but its plan has at most "
                            + text.apply(most.getAsLong())));
        }
    }

    private static OptionalLong wide(OptionalInt number) {
        return number.isPresent() ? OptionalLong.of(number.getAsInt()) : OptionalLong.empty();
    }
}
