package dev.bailiwick.jail.desired;

/**
 * A jail for which a host does not follow the server, as the host reports it.
 *
 * @param has what the host has until an operator decides
 */
public record Difference(DesiredJail has, Hold hold) {}
