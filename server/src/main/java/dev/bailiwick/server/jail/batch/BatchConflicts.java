package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.intent.file.PathsInUse;
import dev.bailiwick.server.jail.placement.DraftAddresses;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.network.AddressChoices;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The unique values that the lines of one batch request. The first line that requests a value gets it. */
final class BatchConflicts {

    private final Map<Unique, Integer> uniques = new HashMap<>();
    private final Map<HostId, PathsInUse<Integer>> paths = new HashMap<>();

    private sealed interface Unique {
        record Name(CustomerId customer, String name) implements Unique {}

        record ExternalId(CustomerId customer, String id) implements Unique {}

        record Address(IpAddress address) implements Unique {}
    }

    /** @throws InvalidRequest naming every value that an earlier line has requested */
    void add(PlacedJail jail) {
        List<Violation> violations = new ArrayList<>();
        CustomerId customer = jail.jail().customer();
        Map<Unique, String> wanted = new HashMap<>();
        wanted.put(new Unique.Name(customer, jail.definition().name().value()), "/name");
        jail.jail().externalId().ifPresent(id -> wanted.put(new Unique.ExternalId(customer, id), "/externalId"));
        AddressChoices choices =
                DraftAddresses.of(jail.jail().draft(), Optional.empty()).choices();
        if (choices.primary() == AddressChoices.Primary.NAMED) {
            add(jail.definition().addresses().primary(), "/ip/", wanted);
        }
        add(jail.definition().addresses().additional(), "/additionalAddresses/", wanted);
        choices.additional().keySet().forEach(standIn -> wanted.remove(new Unique.Address(standIn)));
        wanted.forEach((unique, pointer) -> {
            Integer earlier = uniques.get(unique);
            if (earlier != null) {
                violations.add(new Violation(pointer, "is already used on line " + earlier));
            }
        });
        String path = jail.definition().path().value();
        PathsInUse<Integer> onHost = paths.computeIfAbsent(jail.host(), _ -> new PathsInUse<>());
        onHost.overlapping(path)
                .ifPresent(earlier -> violations.add(
                        new Violation("/path", "is the path of line " + earlier + ", or lies within or around it")));
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        wanted.keySet().forEach(unique -> uniques.put(unique, jail.line()));
        onHost.add(path, jail.line());
    }

    private static void add(List<IpAddress> addresses, String pointer, Map<Unique, String> wanted) {
        addresses.forEach(address -> wanted.put(new Unique.Address(address), pointer + addresses.indexOf(address)));
    }
}
