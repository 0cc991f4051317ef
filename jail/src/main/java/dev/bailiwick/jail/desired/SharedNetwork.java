package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A network of a customer, as one host has to know it: its members reach each other.
 *
 * @param id 1 to 64 letters, digits and hyphens
 * @param owner the customer whose network it is, in the same form. A jail of another owner is no member, whatever {@code jails} says
 * @param jails the members on this host
 * @param addresses those of the members on other hosts
 */
public record SharedNetwork(String id, String owner, Set<JailId> jails, Set<IpAddress> addresses) {

    /** The maximum number of networks of one jail. */
    public static final int MAX_OF_JAIL = 8;

    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z-]{1,64}");

    /** @throws InvalidValue if the id or the owner has another form */
    public SharedNetwork {
        if (!NAME.matcher(id).matches() || !NAME.matcher(owner).matches()) {
            throw new InvalidValue("must have an id and an owner of 1 to 64 letters, digits and hyphens");
        }
        jails = Set.copyOf(jails);
        addresses = Set.copyOf(addresses);
    }
}
