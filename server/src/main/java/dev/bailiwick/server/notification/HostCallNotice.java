package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import java.util.UUID;

/** Something about a question to a host that one replica asks and another passes on. */
public sealed interface HostCallNotice {

    /** The replica to which this host is connected is to pass on this question. */
    record Asked(HostId host, UUID question) implements HostCallNotice {}

    /** The answer to this question is stored. */
    record Answered(UUID question) implements HostCallNotice {}
}
