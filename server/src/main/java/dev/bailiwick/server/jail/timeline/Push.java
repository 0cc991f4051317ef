package dev.bailiwick.server.jail.timeline;

import java.time.Instant;
import org.springframework.modulith.NamedInterface;

/**
 * One telling of what is wanted, which its host has accepted.
 *
 * @param revision the latest that it told
 * @param readAt when what it told was read, by the database's clock
 * @param pushMicros from then until it was sent
 * @param acceptMicros from then until the host said that it is on its disk
 */
@NamedInterface("timeline")
public record Push(long revision, Instant readAt, long pushMicros, long acceptMicros) {}
