package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Another host, as a process with an agent's kernel in a network namespace of its own. It carries out what it reads, a line each. */
final class RemoteHost {

    private RemoteHost() {}

    /** The pools of both hosts: those of {@code 172.30} only here, those of {@code 172.31} only there. */
    static AddressPools pools(String here, String elsewhere) {
        Map<AddressRange, Egress> egresses = new HashMap<>();
        Stream.of("198.18.0.0/16", "fdb1:1::/64")
                .forEach(range -> egresses.put(AddressRange.parse(range), Egress.OPEN));
        ranges(here + "0.0/24", here.equals("172.30.") ? "fd30::/64" : "fd31::/64")
                .forEach(range -> egresses.put(range, new Egress(Egress.Way.MASQUERADE, false)));
        ranges(here + "1.0/24", here.equals("172.30.") ? "fd30:1::/64" : "fd31:1::/64")
                .forEach(range -> egresses.put(range, Egress.CLOSED));
        return new AddressPools(
                List.copyOf(egresses.keySet()),
                elsewhere.equals("172.30.")
                        ? ranges("172.30.0.0/23", "fd30::/64", "fd30:1::/64")
                        : ranges("172.31.0.0/23", "fd31::/64", "fd31:1::/64"),
                egresses,
                List.of(),
                ResolverDefaults.NONE);
    }

    private static List<AddressRange> ranges(String... ranges) {
        return Stream.of(ranges).map(AddressRange::parse).toList();
    }

    public static void main(String[] arguments) throws IOException {
        try (TestHost host = new TestHost();
                BufferedReader commands =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            host.kernel.pools(pools("172.30.", "172.31."));
            Map<JailId, String> owners = new HashMap<>();
            String line;
            while ((line = commands.readLine()) != null) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "start" -> {
                        JailId id = host.newId();
                        owners.put(id, words[2]);
                        host.kernel.own(id, words[2]);
                        int pid = host.start(
                                        id,
                                        DefinitionVariant.of(host.definition(words[1], "/bin/sleep", "600"))
                                                .addresses(IpAddresses.of(words[3], words[4]))
                                                .definition())
                                .jail()
                                .initPid()
                                .orElseThrow();
                        System.out.println("done " + id + " " + pid);
                    }
                    case "networks" -> {
                        List<SharedNetwork> networks = line.length() == "networks ".length()
                                ? List.of()
                                : Arrays.stream(line.substring("networks ".length())
                                                .split(";", -1))
                                        .map(NetworkFile::parse)
                                        .toList();
                        host.kernel.networks(networks);
                        owners.forEach((id, owner) -> host.kernel.confirm(id, 2, owner));
                        System.out.println("done");
                    }
                    default -> throw new IOException("no such command: " + line);
                }
            }
        }
    }
}
