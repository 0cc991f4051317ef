package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.CommandUser;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits that need no controller: what a jail can take, with each limit and without. */
@NeedsRoot
class LiveLimitsTest {

    /** Writes so many MiB to a file, and says how many it could write. */
    private static final String FILL =
            "fill() { dd if=/dev/zero of=$1/file bs=1M count=$2 2>/dev/null; echo $1 $(($(stat -c %s $1/file) >> 20)); }; ";

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void filesInMemoryHaveTheSizesOfTheDefinition() throws Exception {
        String fill = FILL + "fill /dev/shm 80; fill /tmp 280; fill /run 40";
        JailDefinition usual = host.definition("usual", "/bin/sh", "-c", fill);
        Limits limits = Limits.NONE
                .with(Limit.SHM, 70L << 20)
                .with(Limit.TMP, 20L << 20)
                .with(Limit.RUN, 35L << 20);
        JailDefinition sized = limited(host.definition("sized", "/bin/sh", "-c", fill), limits);

        assertThat(host.outputOf(usual)).containsSubsequence("/dev/shm 64\n", "/tmp 256\n", "/run 32\n");
        assertThat(host.outputOf(sized)).containsSubsequence("/dev/shm 70\n", "/tmp 20\n", "/run 35\n");
    }

    @Test
    void theirSizesChangeWhileTheJailRuns() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = host.definition(
                "growing",
                "/bin/sh",
                "-c",
                FILL + "fill /dev/shm 80; until [ $(stat -f -c %b /dev/shm) = 20480 ]; do sleep 0.05; done; "
                        + "fill /dev/shm 80; sleep 1000");
        host.start(id, definition);
        host.awaitLog(id, "/dev/shm 64\n");

        host.kernel.adjust(id, limited(definition, Limits.NONE.with(Limit.SHM, 80L << 20)));

        host.awaitLog(id, "/dev/shm 80\n");
        assertThat(host.kernel.observe()).singleElement().matches(jail -> jail.isRunning());
        assertThatThrownBy(() -> host.kernel.adjust(id, limited(definition, Limits.NONE.with(Limit.SHM, 1L << 20))))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("/dev/shm cannot get the size 1MiB of limits.shm while its files take more");
    }

    @Test
    void theyLeaveHalfOfTheHostsMemoryToOthers() {
        JailDefinition definition =
                limited(host.definition("huge", "/bin/sleep", "1000"), Limits.NONE.with(Limit.TMP, 1L << 40));

        assertThatThrownBy(() -> host.start(host.newId(), definition))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("limits.shm, limits.tmp and limits.run are 1.1 TiB together")
                .hasMessageContaining("half of its memory");
    }

    @Test
    void programsHaveAsManyOpenFilesAsTheDefinitionSays() throws Exception {
        String open = "ulimit -Sn; ulimit -Hn; "
                + "perl -e 'while (open(my $f, q(<), q(/dev/null))) { push(@f, $f) } print 3 + @f'";
        assertThat(host.outputOf(host.definition("usual", "/bin/sh", "-c", open)))
                .startsWith("1024\n")
                .endsWith("1024");
        for (int files : new int[] {100, 2_000}) {
            JailDefinition definition = host.definition("files-" + files, "/bin/sh", "-c", open);
            assertThat(host.outputOf(limited(definition, Limits.NONE.with(Limit.FILES, files))))
                    .isEqualTo((files + "\n").repeat(2) + files);
        }
        JailDefinition many = limited(host.definition("many", "/bin/true"), Limits.NONE.with(Limit.FILES, 1_048_576));
        assertThatThrownBy(() -> host.start(host.newId(), many))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("limits.files is 1048576, and the agent of this host may only give");
    }

    /** The agent asks this before it stops a jail for another definition. */
    @Test
    void whatTheHostCannotStartIsKnownWithoutAStart() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = host.definition("web", "/bin/sleep", "1000");
        host.start(id, definition);

        host.kernel.check(id, definition);
        host.kernel.check(host.newId(), host.definition("without-files-yet", "/bin/true"));

        assertThat(refused(id, limited(definition, Limits.NONE.with(Limit.FILES, 1_048_576))))
                .hasMessageContaining("limits.files is 1048576, and the agent of this host may only give");
        assertThat(refused(id, limited(definition, Limits.NONE.with(Limit.TMP, 1L << 40))))
                .hasMessageContaining("half of its memory");
        assertThat(refused(id, limited(definition, Limits.NONE.with(new CpuSet("8000")))))
                .hasMessageContaining("cpus");
        assertThat(refused(id, definition.with(definition.execution().with(CommandUser.parse("nobody-here")))))
                .hasMessageContaining("user nobody-here: the jail's /etc/passwd does not list a user nobody-here");
        assertThat(refused(
                        id,
                        DefinitionVariant.of(definition)
                                .path(new RootPath("/elsewhere"))
                                .definition()))
                .hasMessageContaining("must lie below");
        assertThat(host.kernel.observe()).singleElement().matches(jail -> jail.isRunning());
    }

    private KernelRefusal refused(JailId id, JailDefinition definition) {
        return catchThrowableOfType(KernelRefusal.class, () -> host.kernel.check(id, definition));
    }

    private static JailDefinition limited(JailDefinition definition, Limits limits) {
        return DefinitionVariant.of(definition).limits(limits).definition();
    }
}
