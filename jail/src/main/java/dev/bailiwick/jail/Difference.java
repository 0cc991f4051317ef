package dev.bailiwick.jail;

/**
 * A jail about which a host does not follow the server, as the host lists it.
 *
 * @param has what the host holds to meanwhile
 */
public record Difference(Desired has, Held held) {}
