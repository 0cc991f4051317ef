package dev.bailiwick.server.jail.address;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.reverse.ReverseName;
import dev.bailiwick.server.network.reverse.ReverseNameEvent;
import dev.bailiwick.server.network.reverse.ReverseNames;
import dev.bailiwick.server.network.reverse.ReverseNames.NamedAddress;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The addresses of jails, and the names to which they lead. */
@Service
public class JailAddresses {

    private final Jails jails;
    private final ReverseNames names;
    private final Audit audit;

    JailAddresses(Jails jails, ReverseNames names, Audit audit) {
        this.jails = jails;
        this.names = names;
        this.audit = audit;
    }

    /** What an address is for its jail. */
    public enum Role {
        PRIMARY,
        ADDITIONAL
    }

    /** An address of a jail. */
    public record JailAddress(IpAddress address, Role role, Optional<ReverseName> name) {}

    /** All addresses of a jail, the primary ones first. */
    public record AddressesOfJail(JailView jail, List<JailAddress> all) {}

    /** @throws JailNotFound if there is no such jail that the caller may see */
    @Transactional(readOnly = true)
    public AddressesOfJail of(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        Map<IpAddress, ReverseName> named =
                names.of(id).stream().collect(Collectors.toMap(NamedAddress::address, NamedAddress::name));
        List<IpAddress> primary = jail.definition().addresses().primary();
        return new AddressesOfJail(
                jail,
                jail.definition().addresses().all().stream()
                        .map(address -> new JailAddress(
                                address,
                                primary.contains(address) ? Role.PRIMARY : Role.ADDITIONAL,
                                Optional.ofNullable(named.get(address))))
                        .toList());
    }

    /**
     * Checks that the caller names addresses of the jail, before a request about them is read.
     *
     * @throws RightMissing if it has neither the right to define jails nor to configure this one
     */
    JailView require(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        if (!caller.may(Right.DEFINE, jail.customer(), id)) {
            caller.require(Right.CONFIGURE, jail.customer(), id);
        }
        return jail;
    }

    /**
     * Sets the name to which an address of a jail leads; empty for none. A name that it has already makes no event.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws InvalidRequest if the jail does not have the address; points to {@code /address}
     */
    @Transactional
    AddressesOfJail name(Caller caller, JailId id, IpAddress address, Optional<ReverseName> name) {
        JailView jail = require(caller, id);
        if (jail.retiredAt().isPresent()) {
            throw new JailRetired(id);
        }
        if (!jail.definition().addresses().all().contains(address)) {
            throw new InvalidRequest("/address", "is not an address of the jail");
        }
        if (names.set(id, address, name)) {
            audit.record(
                    caller.actor(),
                    Subject.of("jail", id).visibleTo(jail.customer().value()),
                    name.<ReverseNameEvent>map(given -> new ReverseNameEvent.Set(address.toString(), given.toString()))
                            .orElseGet(() -> new ReverseNameEvent.Removed(address.toString())));
        }
        return of(caller, id);
    }
}
