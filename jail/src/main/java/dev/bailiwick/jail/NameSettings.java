package dev.bailiwick.jail;

/**
 * How the programs of a jail find addresses.
 *
 * @param resolver what the jail's resolv.conf says; its address pool and its host decide about the empty parts
 * @param hosts additional lines of /etc/hosts
 */
public record NameSettings(ResolverConfiguration resolver, ExtraHosts hosts) {

    public static final NameSettings OF_HOST = new NameSettings(ResolverConfiguration.EMPTY, ExtraHosts.NONE);
}
