package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A jail's {@code /etc/hosts} has the names of its definition, and keeps what others have added. */
@NeedsRoot
class HostsOfJailTest {

    private TestHost host;
    private JailId id;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        id = host.newId();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
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
}
