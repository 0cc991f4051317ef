package dev.bailiwick.server.network.member;

import java.time.Instant;

/**
 * A network of a customer.
 *
 * @param members how many jails are members
 */
public record CustomerNetwork(NetworkId id, String name, int members, Instant createdAt) {}
