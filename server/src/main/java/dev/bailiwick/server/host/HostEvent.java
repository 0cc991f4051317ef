package dev.bailiwick.server.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** An event about hosts, for the audit. */
public sealed interface HostEvent extends Event {

    @EventType(action = "host.created", version = 1)
    record Created(String name) implements HostEvent {}

    @EventType(action = "host.renamed", version = 1)
    record Renamed(String name, String previousName) implements HostEvent {}

    /** A factor that is missing bounds nothing. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @EventType(action = "host.overcommit-changed", version = 1)
    record OvercommitChanged(
            @Nullable BigDecimal memory, @Nullable BigDecimal cpu) implements HostEvent {}

    @EventType(action = "host.retired", version = 1)
    record Retired(String name) implements HostEvent {}

    /**
     * The host's agent used a join token.
     *
     * @param serial the serial number of its new certificate, in hexadecimal
     */
    @EventType(action = "host.joined", version = 1)
    record Joined(String serial) implements HostEvent {}

    @EventType(action = "host.certificate-revoked", version = 1)
    record CertificateRevoked() implements HostEvent {}

    /** The host has revisions of its desired state that a restored database lacks. */
    @EventType(action = "host.history-diverged", version = 1)
    record HistoryDiverged(long hostRevision, long serverRevision, long commonRevision) implements HostEvent {}

    /** An operator has decided all differences after the histories diverged. */
    @EventType(action = "host.reconciled", version = 1)
    record Reconciled() implements HostEvent {}
}
