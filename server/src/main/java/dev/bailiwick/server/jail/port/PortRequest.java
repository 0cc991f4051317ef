package dev.bailiwick.server.jail.port;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.PublishedPort.Protocol;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.network.port.Ports.JailPort;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request to publish ports. */
record PortRequest(
        @Schema(
                description = "What arrives at the port",
                allowableValues = {"tcp", "udp"},
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        String protocol,

        @Schema(description = "An address of the host", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        String address,

        @Schema(description = "The port of the host, 1 to 65535", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        Integer port,

        @Schema(description = "The port of the jail, 1 to 65535. By default the same.") @Nullable
        Integer target,

        @Schema(description = "How many ports, from these on; at most 100. By default 1.") @Nullable
        Integer count) {

    private static final JailPort ANY = new JailPort(Protocol.TCP, IpAddress.parse("192.0.2.1"), 1, 1);

    int number() {
        return count == null ? 1 : count;
    }

    /** @throws InvalidRequest naming each field that is wrong */
    JailPort change() {
        List<Violation> violations = new ArrayList<>();
        Protocol arriving =
                read("/protocol", protocol, () -> Protocol.parse(String.valueOf(protocol)), ANY.protocol(), violations);
        IpAddress of =
                read("/address", address, () -> IpAddress.parse(String.valueOf(address)), ANY.address(), violations);
        int first = read("/port", port, () -> PublishedPort.requirePort(port == null ? 0 : port), 1, violations);
        int to = target == null
                ? first
                : read("/target", target, () -> PublishedPort.requirePort(target), 1, violations);
        if (number() < 1 || number() > JailPorts.MAX_COUNT) {
            violations.add(new Violation("/count", "must be 1 to " + JailPorts.MAX_COUNT));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new JailPort(arriving, of, first, to);
    }

    private static <T> T read(
            String pointer, @Nullable Object given, Supplier<T> reading, T otherwise, List<Violation> violations) {
        if (given == null) {
            violations.add(new Violation(pointer, "is required"));
            return otherwise;
        }
        try {
            return reading.get();
        } catch (InvalidValue e) {
            violations.add(new Violation(pointer, e.reason()));
            return otherwise;
        }
    }
}
