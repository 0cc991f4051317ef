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
 * Calls that this host's operator adds to the floor: no jail here makes them more freely than profile {@code hosting} lets it, neither
 * by an override nor by another profile. A jail that runs already does so on until it is started again.
 *
 * @param calls their names in the table
 */
public record HostFloor(SortedSet<String> calls) {

    /** The floor of a host whose operator has added nothing. */
    public static final HostFloor NONE = new HostFloor(new TreeSet<>());

    public HostFloor {
        calls = Collections.unmodifiableSortedSet(new TreeSet<>(calls));
    }

    /**
     * Reads names of calls, split by commas; blank for none.
     *
     * @throws InvalidValue if one is no call of the table
     */
    public static HostFloor parse(String text) {
        SortedSet<String> calls = new TreeSet<>();
        Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(name -> calls.add(SyscallTable.linux().named(name).name()));
        return new HostFloor(calls);
    }

    /** What this host can hold, with this floor. */
    public HostFacts in(HostFacts facts) {
        return calls.isEmpty() ? facts : facts.with(lacking());
    }

    /**
     * Asked before each start: the server rejects what is below the floor, but a floor may be newer than a definition.
     *
     * @throws KernelRefusal if the definition asks for more, naming the fields
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
