package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.ResolverConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolFileTest {

    private static final AddressRange POOL = AddressRange.parse("172.23.0.0/16");
    private static final AddressRange MASQUERADED = AddressRange.parse("172.25.0.0/16");
    private static final AddressRange CLOSED = AddressRange.parse("fdb1:25::/64");
    private static final PublishedPort PORT = new PublishedPort(
            PublishedPort.Protocol.UDP, IpAddress.parse("192.0.2.2"), 8080, IpAddress.parse("172.25.0.7"), 80);
    private static final ResolverConfiguration RESOLVER =
            new ResolverConfiguration(List.of(IpAddress.parse("192.0.2.53")), List.of(), List.of("ndots:2"));

    @TempDir
    private Path directory;

    @Test
    void givesTheNextAgentWhatTheServerSentLast() {
        AddressPools pools = new AddressPools(
                List.of(POOL, MASQUERADED, CLOSED),
                List.of(AddressRange.parse("172.24.0.0/16")),
                Map.of(
                        POOL, new Egress(Way.ROUTED, false),
                        MASQUERADED, new Egress(Way.MASQUERADE, true),
                        CLOSED, Egress.CLOSED),
                List.of(PORT),
                new ResolverDefaults(List.of(new ResolverDefaults.OfPool(POOL, RESOLVER)), RESOLVER));
        new PoolFile(directory).keep(pools);
        assertThat(new PoolFile(directory).read()).isEqualTo(pools);
    }

    /** An agent of another version, or somebody with an editor, has written it; the server sends the pools again. */
    @Test
    void passesOverLinesThatItCannotRead() throws IOException {
        Files.write(
                directory.resolve("pools"),
                List.of(
                        "here 172.23.0.0/16",
                        "here 172.2",
                        "here 172.26.0.0/16 wide",
                        "here 172.27.0.0/16 routed letters",
                        "here 172.28.0.0/16 routed mail more",
                        "here",
                        "elsewhere ",
                        "port udp 192.0.2.2 8080 172.25.0.7 80",
                        "port udp 192.0.2.2 8080 172.25.0.7",
                        "port udp 192.0.2.2 0 172.25.0.7 80",
                        "port udp 192.0.2.2 x 172.25.0.7 80",
                        "port sctp 192.0.2.2 1 172.25.0.7 80",
                        "port udp 192.0.2.2 1 fdb1::1 80",
                        "later 1",
                        "\0\0",
                        "resolver host -",
                        "resolver",
                        "resolver x 192.0.2.53 - -",
                        "resolver host 127.0.0.1 - -",
                        "resolver 172.23.0.0/16 192.0.2.53 - ndots:2"));

        assertThat(new PoolFile(directory).read())
                .isEqualTo(new AddressPools(
                        List.of(POOL),
                        List.of(),
                        Map.of(POOL, Egress.OPEN),
                        List.of(PORT),
                        new ResolverDefaults(
                                List.of(new ResolverDefaults.OfPool(POOL, RESOLVER)), ResolverConfiguration.EMPTY)));
    }
}
