package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Flow;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.jail.JailFirewalls;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A connection about which a client asks. */
record FlowRequest(
        @Schema(
                requiredMode = Schema.RequiredMode.REQUIRED,
                description = "Who begins it: in, another; out, the jail.",
                allowableValues = {"in", "out"})
        @Nullable
        String direction,

        @Schema(
                requiredMode = Schema.RequiredMode.REQUIRED,
                allowableValues = {"tcp", "udp", "icmp"})
        @Nullable
        String protocol,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED, description = "The address of the other end.") @Nullable
        String peer,

        @Schema(description = "The port at the end to which it is begun; with tcp or udp only.") @Nullable
        Integer port) {

    /** @throws InvalidRequest naming the first invalid field */
    Flow flow(JailView jail, JailFirewalls firewalls) {
        Direction way = read("/direction", direction, Direction::parse);
        Protocol how = read("/protocol", protocol, Protocol::parse);
        if (how == Protocol.ANY) {
            throw new InvalidRequest("/protocol", "must be tcp, udp or icmp");
        }
        IpAddress address = read("/peer", peer, IpAddress::parse);
        if (!how.hasPorts() && port != null) {
            throw new InvalidRequest("/port", "can be named only with tcp or udp");
        }
        OptionalInt number =
                how.hasPorts() ? OptionalInt.of(read("/port", port, PublishedPort::requirePort)) : OptionalInt.empty();
        return firewalls.flow(jail, way, how, address, number);
    }

    private static <T, R> R read(String pointer, @Nullable T value, Function<T, R> parser) {
        if (value == null) {
            throw new InvalidRequest(pointer, "is required");
        }
        try {
            return parser.apply(value);
        } catch (InvalidValue e) {
            throw new InvalidRequest(pointer, e.reason());
        }
    }
}
