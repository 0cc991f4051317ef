package dev.bailiwick.server.jail.timeline;

import java.time.Instant;
import org.springframework.modulith.NamedInterface;

/**
 * A delivery of desired state that its host has accepted.
 *
 * @param revision the latest revision in the delivery
 * @param readAt when the desired state was read, by the clock of the database
 * @param readNanos the {@link System#nanoTime} of this server at that time
 * @param pushMicros from the reading until the delivery was sent
 * @param acceptMicros from then until the host reported that it is on its disk
 */
@NamedInterface("timeline")
public record Delivery(long revision, Instant readAt, long readNanos, long pushMicros, long acceptMicros) {}
