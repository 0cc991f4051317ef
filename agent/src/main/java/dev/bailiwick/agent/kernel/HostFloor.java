package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.policy.PolicyDiff;
import dev.bailiwick.jail.policy.RowChange;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * System calls that this host's operator adds to the floor. Neither an override nor another profile lets a jail of this host make them
 * more freely than profile {@code hosting} does. A running jail keeps its policy until its next start.
 *
 * @param calls the names of the calls in the table
 */
public record HostFloor(SortedSet<String> calls) {

    /** The floor of a host whose operator has added nothing. */
    public static final HostFloor NONE = new HostFloor(new TreeSet<>());

    public HostFloor {
        calls = Collections.unmodifiableSortedSet(new TreeSet<>(calls));
    }

    /**
     * Parses names of calls, separated by commas; blank text means none.
     *
     * @throws InvalidValue if a name is not in the table of calls
     */
    public static HostFloor parse(String text) {
        SortedSet<String> calls = new TreeSet<>();
        Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(name -> calls.add(SyscallTable.linux().named(name).name()));
        return new HostFloor(calls);
    }

    /** Returns the host's facts with this floor applied. */
    public HostFacts in(HostFacts facts) {
        return calls.isEmpty() ? facts : facts.with(lacking());
    }

    /**
     * Checks a definition before each start. The server rejects definitions below the floor, but the floor may be newer than a
     * definition.
     *
     * @throws KernelRefusal if the definition asks for more; names the fields
     */
    public void require(JailDefinition definition) {
        if (!calls.isEmpty()) {
            KernelRefusal.refuseUnmet(lacking().unmet(definition));
        }
    }

    private Capability lacking() {
        List<String> refused = new ArrayList<>();
        for (String call : calls) {
            refused.add("allow:" + call);
            refused.add("log:" + call);
        }
        for (Profile profile : Profile.values()) {
            if (PolicyDiff.weakenings(profile).stream()
                    .map(RowChange::call)
                    .anyMatch(call -> calls.contains(call.name()))) {
                refused.add("profile:" + profile.text());
            }
        }
        return Capability.missing(
                "policy.floor",
                "its operator has put on its floor: " + String.join(", ", calls),
                refused.toArray(String[]::new));
    }
}
