package dev.bailiwick.server.network;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What resolv.conf says in the jails with addresses of a pool, and in the jails of a host, where their definitions say nothing. A running
 * jail keeps what it has until it starts again.
 */
@Service
public class Resolvers {

    private final StoredResolvers stored;
    private final Hosts hosts;
    private final JdbcClient jdbc;
    private final Audit audit;

    Resolvers(StoredResolvers stored, Hosts hosts, JdbcClient jdbc, Audit audit) {
        this.stored = stored;
        this.hosts = hosts;
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** @throws PoolNotFound if the pool does not exist */
    @Transactional(readOnly = true)
    public ResolverConfiguration of(Caller caller, PoolId pool) {
        caller.require(Scope.POOLS_READ);
        return stored.ofPool(pool).orElseThrow(() -> new PoolNotFound(pool));
    }

    /** @throws HostNotFound if the host does not exist */
    @Transactional(readOnly = true)
    public ResolverConfiguration of(Caller caller, HostId host) {
        caller.require(Scope.HOSTS_READ);
        if (hosts.find(host).isEmpty()) {
            throw new HostNotFound(host);
        }
        return stored.ofHost(host);
    }

    /**
     * Changes nothing if it is so already.
     *
     * @throws PoolNotFound if the pool does not exist
     */
    @Transactional
    public void set(Caller caller, PoolId pool, ResolverConfiguration resolver) {
        caller.require(Scope.POOLS_WRITE);
        if (!stored.setOfPool(pool, resolver)) {
            if (stored.ofPool(pool).isEmpty()) {
                throw new PoolNotFound(pool);
            }
            return;
        }
        audit.record(caller.actor(), Subject.of("pool", pool), ResolverEvent.OfPool.of(resolver));
        notifyHosts();
    }

    /**
     * Changes nothing if it is so already.
     *
     * @throws HostNotFound if the host does not exist
     */
    @Transactional
    public void set(Caller caller, HostId host, ResolverConfiguration resolver) {
        caller.require(Scope.HOSTS_WRITE);
        if (!stored.setOfHost(host, resolver)) {
            if (hosts.find(host).isEmpty()) {
                throw new HostNotFound(host);
            }
            return;
        }
        audit.record(caller.actor(), Subject.of("host", host), ResolverEvent.OfHost.of(resolver));
        notifyHosts();
    }

    private void notifyHosts() {
        jdbc.sql("SELECT notify_after_commit('pools_changed', 'all')")
                .query((row, number) -> number)
                .list();
    }
}
