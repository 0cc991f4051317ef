package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A jail has no space left for the files that its host writes at a start. */
@NeedsRoot
class SmallRootTest {

    private TestHost host;
    private JailId id;
    private Path disk;

    @BeforeEach
    void open() throws Exception {
        host = new TestHost();
        id = host.newId();
        disk = Files.createDirectories(host.layout.rootBase().resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=2m", "small", disk.toString());
    }

    @AfterEach
    void close() throws Exception {
        run("umount", "-l", disk.toString());
        host.close();
    }

    /** What a user has added to the file is not to be lost with the space. */
    @Test
    void keepsItsHostsWholeOrDoesNotStart() throws Exception {
        JailDefinition jail = small("small", """
                i=0; while [ $i -lt 9000 ]; do echo "203.0.113.7 database$i"; i=$((i+1)); done >>/etc/hosts
                dd if=/dev/zero of=/srv/fill bs=4k 2>/dev/null; rm /srv/fill; dd if=/dev/zero of=/srv/fill bs=4k 2>/dev/null
                tail -c 65536 /srv/fill >/dev/null; perl -e 'truncate("/srv/fill", (-s "/srv/fill") - 65536)'""");
        assertThat(said(jail)).isEmpty();
        Path hosts = Path.of(jail.path().value(), "root/etc/hosts");
        String before = Files.readString(hosts);
        assertThat(before).contains("database8999\n");

        JailDefinition renamed = DefinitionVariant.of(small("small", "wc -l </etc/hosts"))
                .names(new NameSettings(
                        ResolverConfiguration.EMPTY, new ExtraHosts(Map.of("cache", IpAddress.parse("198.18.0.7")))))
                .definition();
        assertThatThrownBy(() -> host.start(id, renamed))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("ENOSPC");
        host.kernel.release(id);
        assertThat(hosts).hasContent(before);

        Files.delete(Path.of(jail.path().value(), "root/srv/fill"));
        assertThat(said(renamed)).isNotEmpty();
        assertThat(Files.readString(hosts)).contains("database8999\n", "198.18.0.7 cache\n");
    }

    @Test
    void startsAgainWhereNothingMustBeWritten() throws Exception {
        JailDefinition jail = small("small", "dd if=/dev/zero of=/srv/fill bs=4k 2>/dev/null; echo full");
        assertThat(said(jail)).isEqualTo("full\n");
        assertThat(said(jail)).isEqualTo("full\n");

        JailDefinition asking = DefinitionVariant.of(jail)
                .names(new NameSettings(
                        new ResolverConfiguration(List.of(IpAddress.parse("203.0.113.53")), List.of(), List.of()),
                        new ExtraHosts(Map.of())))
                .definition();
        assertThat(said(asking)).as("the old file's space is enough").isEqualTo("full\n");
    }

    /** An overlay creates a directory when it is mounted; where that fails, the kernel mounts it read-only. */
    @Test
    void canBeClearedByItsOwnRootWhereADiskIsFull() throws Exception {
        try (SmallDisk full = new SmallDisk()) {
            JailDefinition jail = DefinitionVariant.of(host.definition(
                            "full",
                            "/bin/sh",
                            "-c",
                            "if [ -e /srv/fill ]; then rm /srv/fill && echo cleared; else dd if=/dev/zero of=/srv/fill bs=64k 2>/dev/null; "
                                    + "i=0; while mkdir /srv/d$i 2>/dev/null; do i=$((i+1)); done; echo full; fi"))
                    .path(new RootPath(disk.resolve("full").toString()))
                    .definition();
            run("mount", "--bind", full.directory().toString(), disk.toString());
            assertThat(said(jail)).isEqualTo("full\n");
            assertThat(said(jail)).isEqualTo("cleared\n");
            run("umount", "-l", disk.toString());
        }
    }

    private JailDefinition small(String name, String script) {
        return DefinitionVariant.of(host.definition(name, "/bin/sh", "-c", script))
                .path(new RootPath(disk.resolve(name).toString()))
                .definition();
    }

    /** Returns the output of one run; all runs are of the same jail. */
    private String said(JailDefinition definition) throws Exception {
        int before = host.logOf(id).length();
        host.start(id, definition);
        host.awaitEnd();
        host.kernel.release(id);
        return host.logOf(id).substring(before);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
