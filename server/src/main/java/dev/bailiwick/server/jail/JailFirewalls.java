package dev.bailiwick.server.jail;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Flow;
import dev.bailiwick.jail.firewall.PrivateNetworks;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows;
import dev.bailiwick.server.jail.view.JailRows;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.HostPools;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.network.member.CustomerNetwork;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The rules of jails for their connections. */
@Service
public class JailFirewalls {

    private final Jails jails;
    private final JailActions actions;
    private final Intents intents;
    private final HostChangeLimiter limiter;
    private final FirewallPeers peers;
    private final CustomerFirewallRows ofCustomers;
    private final Pools pools;
    private final NetworkMembers networks;
    private final JailRows rows;
    private final JdbcClient jdbc;

    JailFirewalls(
            Jails jails,
            JailActions actions,
            Intents intents,
            HostChangeLimiter limiter,
            FirewallPeers peers,
            CustomerFirewallRows ofCustomers,
            Pools pools,
            NetworkMembers networks,
            JailRows rows,
            JdbcClient jdbc) {
        this.jails = jails;
        this.actions = actions;
        this.intents = intents;
        this.limiter = limiter;
        this.peers = peers;
        this.ofCustomers = ofCustomers;
        this.pools = pools;
        this.networks = networks;
        this.rows = rows;
        this.jdbc = jdbc;
    }

    /**
     * The rules of one generation of a jail.
     *
     * @param ofCustomer those of its customer, which come before its own
     */
    public record FirewallOfJail(JailView jail, Firewall ofCustomer, Firewall firewall) {

        /** Returns all rules that apply to the jail, in their order. */
        public Firewall rules() {
            return ofCustomer.then(firewall);
        }

        public FirewallOfJail with(Firewall other) {
            return new FirewallOfJail(jail, ofCustomer, other);
        }
    }

    /** @throws JailNotFound if there is no such jail that the caller may see */
    @Transactional(readOnly = true)
    public FirewallOfJail of(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        return with(jail, stored(id));
    }

    /**
     * Checks that the caller may change the rules of a jail, before a request about them is read.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     */
    public JailView require(Caller caller, JailId id) {
        JailView jail = actions.findActive(caller, id);
        caller.require(Right.CONFIGURE, jail.customer(), jail.id());
        return jail;
    }

    /**
     * Replaces the rules of a jail. Its host applies them without a restart; connections that they forbid end. Does nothing if the jail
     * has these rules.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws InvalidRequest if a rule names a jail or a network that is not one of the same customer
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public FirewallOfJail replace(Caller caller, JailId id, Firewall wanted, IfMatch condition) {
        JailView seen = require(caller, id);
        actions.refuseSuspended(caller, seen);
        return limiter.pass(
                seen.host(),
                () -> actions.insist(caller, condition, seen, jail -> {
                    // It may have moved to another customer since.
                    check(caller, jail, wanted);
                    return with(stored(id).equals(wanted) ? jail : intents.setFirewall(caller, jail, wanted), wanted);
                }));
    }

    /**
     * Checks rules for a jail. A jail or network that the rules of the jail name already may be named again: it may have been removed since,
     * and the caller need not see it.
     *
     * @throws InvalidRequest if a rule names another jail or network that is not one of the same customer, or the host cannot enforce rules
     */
    public void check(Caller caller, JailView jail, Firewall wanted) {
        peers.check(caller, jail.customer(), Optional.of(jail.id()), List.of(jail.host()), stored(jail.id()), wanted);
    }

    /** Returns the networks that rules of the jail may name, by name; none for who does not see all jails of the customer. */
    @Transactional(readOnly = true)
    public List<CustomerNetwork> networks(Caller caller, JailView jail) {
        return caller.may(Right.SEE, jail.customer()) ? networks.of(jail.customer()) : List.of();
    }

    /** Returns the jail, if the caller may see it. */
    public Optional<JailView> visible(Caller caller, JailId id) {
        return peers.visible(caller, id);
    }

    /**
     * Returns a connection of a jail as its rules see it. The server does not know the name servers in the host's own resolv.conf.
     *
     * @param port empty for ICMP
     */
    @Transactional(readOnly = true)
    public Flow flow(JailView jail, Direction direction, Protocol protocol, IpAddress peer, OptionalInt port) {
        HostPools known = pools.of(jail.host());
        boolean isInPool = Stream.of(known.here(), known.elsewhere())
                .flatMap(List::stream)
                .anyMatch(range -> range.contains(peer));
        boolean isNameServer = Stream.concat(Stream.of(known.resolver()), known.poolResolvers().values().stream())
                .anyMatch(resolver -> resolver.servers().contains(peer));
        return new Flow(
                direction,
                protocol,
                peer,
                sibling(jail, peer),
                RowAccess.everything().call(() -> networks.at(jail.customer(), jail.host(), peer)),
                !isInPool && !PrivateNetworks.contain(peer),
                isNameServer,
                port);
    }

    /**
     * Returns the jail that has an address, if it is one of the same customer on the same host. The caller need not see it: rules apply
     * to it anyway.
     */
    private Optional<JailId> sibling(JailView jail, IpAddress address) {
        return RowAccess.everything()
                .call(() -> jdbc.sql("""
                        SELECT j.id FROM jail_address a JOIN jail j ON j.id = a.jail_id
                        WHERE a.address = ?::inet AND a.leaves_with IS NULL AND j.customer_id = ? AND j.host_id = ?
                        """)
                        .params(
                                address.toString(),
                                jail.customer().value(),
                                jail.host().value())
                        .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                        .optional());
    }

    /** Whoever sees the jail sees all rules that apply to it. */
    private FirewallOfJail with(JailView jail, Firewall firewall) {
        Firewall ofCustomer = RowAccess.everything()
                .call(() -> ofCustomers.find(jail.customer()).firewall());
        return new FirewallOfJail(jail, ofCustomer, firewall);
    }

    private Firewall stored(JailId id) {
        return new Firewall(jdbc.sql("SELECT rules::text AS rules FROM jail_firewall WHERE jail_id = ?")
                .param(id.value())
                .query((row, number) -> rows.rules(row.getString("rules")))
                .optional()
                .orElse(List.<FirewallRule>of()));
    }
}
