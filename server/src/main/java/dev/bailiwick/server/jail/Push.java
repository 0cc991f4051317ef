package dev.bailiwick.server.jail;

import java.time.Instant;

/**
 * One telling of what is wanted, which its host has accepted.
 *
 * @param revision the latest that it told
 * @param readAt when what it told was read, by the database's clock
 * @param pushMicros from then until it was sent
 * @param acceptMicros from then until the host said that it is on its disk
 */
public record Push(long revision, Instant readAt, long pushMicros, long acceptMicros) {}
