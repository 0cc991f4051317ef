package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import java.util.UUID;

/** A notice between replicas about a question to a host. */
public sealed interface HostCallNotice {

    /** The replica that the host is connected to has to pass on this question. */
    record Asked(HostId host, UUID question) implements HostCallNotice {}

    /** The answer to this question is stored. */
    record Answered(UUID question) implements HostCallNotice {}
}
