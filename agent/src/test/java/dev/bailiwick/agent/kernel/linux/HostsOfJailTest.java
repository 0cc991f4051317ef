package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.ResolverDefaults.OfPool;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.process.Command;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A jail's {@code /etc/hosts} has the names of its definition, and keeps what others have added. */
@NeedsRoot
class HostsOfJailTest extends OneHostTest {

    private JailId id;

    @BeforeEach
    void newJail() {
        id = host.newId();
    }

    private String said(JailDefinition definition, String script) throws Exception {
        return said(DefinitionVariant.of(definition)
                .command(Command.of("/bin/sh", "-c", script))
                .definition());
    }

    /** Returns the output of one run; all runs are of the same jail. */
    private String said(JailDefinition definition) throws Exception {
        int before = host.logOf(id).length();
        host.start(id, definition);
        host.awaitEnd();
        host.kernel.release(id);
        return host.logOf(id).substring(before);
    }

    @Test
    void keepsWhatTheJailHasAddedWhateverChangesInItsDefinition() throws Exception {
        JailDefinition first = host.definition("named", "/bin/true");
        String added = "203.0.113.7 database # caf\\351";
        String before = said(first, "printf '" + added + "\\n' >> /etc/hosts; cat /etc/hosts");
        assertThat(before).contains(first.addresses().v4().orElseThrow() + " named.example named\n");
        String again = said(first, "cat /etc/hosts");
        assertThat(again).isEqualTo(before).contains("203.0.113.7 database");

        JailDefinition moved = DefinitionVariant.of(first)
                .addresses(IpAddresses.of("198.18.191.9"))
                .definition();
        String after = said(moved, "cat /etc/hosts; ls -A /etc | grep bailiwick");
        assertThat(after)
                .isEqualTo(before.replace(first.addresses().v4().orElseThrow().toString(), "198.18.191.9")
                        .replaceAll("fdb1[^\n]*\n", ""))
                .contains("203.0.113.7 database");
        assertThat(said(moved, "rm /etc/hosts")).isEmpty();
        assertThat(said(moved, "cat /etc/hosts"))
                .contains("198.18.191.9 named.example named")
                .doesNotContain("database");
    }

    @Test
    void keepsWhatAWholeDirectoryBringsAndALongFileAsItIs() throws Exception {
        Path root = Files.createDirectories(host.layout.rootBase().resolve("whole"));
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("etc"));
        TestHost.compile("""
                #include <fcntl.h>
                #include <unistd.h>
                int main(void) { static char b[4096]; int f = open("/etc/hosts", O_RDONLY); return write(1, b, read(f, b, sizeof b)) < 0; }
                """, root.resolve("bin/show"));
        // As an earlier version wrote it, with a line of the jail's owner and a line that is not UTF-8.
        Files.write(
                root.resolve("etc/hosts"),
                "127.0.0.1 localhost\n203.0.113.7 database\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        JailDefinition whole = DefinitionVariant.of(host.definition("whole", "/bin/show"))
                .base(new Base.Directory())
                .definition();
        assertThat(said(whole))
                .containsOnlyOnce("127.0.0.1 localhost\n")
                .endsWith("203.0.113.7 database\n# caf\ufffd\n");

        String line = "192.0.2.1 blocked.example\n";
        String filled = line.repeat((1 << 20) / line.length() + 1);
        Files.writeString(root.resolve("etc/hosts"), filled);
        assertThat(said(whole)).startsWith(line);
        assertThat(root.resolve("etc/hosts")).hasContent(filled);
    }

    @Test
    void namesWhatTheDefinitionAddsAndForgetsItAgain() throws Exception {
        JailDefinition plain = host.definition("extra", "/bin/sh", "-c", "cat /etc/hosts");
        NameSettings names = new NameSettings(
                ResolverConfiguration.EMPTY,
                new ExtraHosts(
                        Map.of("db.internal", IpAddress.parse("198.18.0.7"), "cache", IpAddress.parse("fdb1::7"))));
        JailDefinition extra = DefinitionVariant.of(plain).names(names).definition();
        assertThat(said(extra)).contains("\nfdb1::7 cache\n198.18.0.7 db.internal\n");
        assertThat(said(extra, "echo '203.0.113.9 own' >>/etc/hosts; getent hosts db.internal"))
                .isEqualTo("198.18.0.7      db.internal\n");
        assertThat(said(plain)).doesNotContain("db.internal", "cache").contains("203.0.113.9 own\n");
    }

    @Test
    void asksTheNameServersOfItsDefinition() throws Exception {
        JailDefinition plain = host.definition("asks", "/bin/cat", "/etc/resolv.conf");
        String ofHost = said(plain);
        List<IpAddress> servers = List.of(IpAddress.parse("203.0.113.53"), IpAddress.parse("2001:db8::53"));
        assertThat(said(asking(plain, new ResolverConfiguration(servers, List.of("example.org"), List.of("ndots:2")))))
                .isEqualTo("nameserver 203.0.113.53\nnameserver 2001:db8::53\nsearch example.org\noptions ndots:2\n");
        assertThat(said(asking(
                                plain,
                                new ResolverConfiguration(
                                        List.of(IpAddress.parse("203.0.113.54")), List.of(), List.of())))
                        .lines())
                .startsWith("nameserver 203.0.113.54")
                .filteredOn(line -> line.startsWith("nameserver"))
                .hasSize(1);
        assertThat(said(plain)).isEqualTo(ofHost);
    }

    private static JailDefinition asking(JailDefinition plain, ResolverConfiguration resolver) {
        return DefinitionVariant.of(plain)
                .names(new NameSettings(resolver, ExtraHosts.NONE))
                .definition();
    }

    /** The jail comes before the pool of its address, the pool before the host, each part by itself; also for the next agent. */
    @Test
    void asksWhatItsPoolAndItsHostSay() throws Exception {
        IpAddress own = IpAddress.parse(TestHost.ownV6());
        JailDefinition plain = host.definition("default", "/bin/cat", "/etc/resolv.conf");
        host.kernel.pools(new AddressPools(
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                new ResolverDefaults(
                        List.of(
                                new OfPool(
                                        AddressRange.parse("fdb1:2::/64"),
                                        resolver("198.51.100.1", "other.example", "ndots:9")),
                                new OfPool(
                                        AddressRange.parse("fdb1:1::/64"),
                                        new ResolverConfiguration(List.of(own), List.of(), List.of("ndots:5")))),
                        resolver("198.51.100.2", "host.example", "ndots:7"))));
        String expected = "nameserver " + own + "\nsearch host.example\noptions ndots:5\n";
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        String said = said(plain);
        while (!said.equals(expected) && System.nanoTime() < deadline) {
            said = said(plain);
        }
        assertThat(said).isEqualTo(expected);
        host.restartAgent();
        assertThat(said(plain)).isEqualTo(expected);
        assertThat(said(asking(plain, new ResolverConfiguration(List.of(), List.of("jail.example"), List.of()))))
                .isEqualTo("nameserver " + own + "\nsearch jail.example\noptions ndots:5\n");
    }

    private static ResolverConfiguration resolver(String server, String search, String option) {
        return new ResolverConfiguration(List.of(IpAddress.parse(server)), List.of(search), List.of(option));
    }
}
