package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Attributes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The layers of earlier states of the host's packages. */
@NeedsRoot
class BaseLayersTest {

    private static final String USED = "thin-00000000000000aa";
    private static final String UNUSED = "thin-00000000000000bb";

    private TestHost host;
    private Path layers;
    private String current;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        layers = host.layout.stateDirectory().resolve("base");
        assumeTrue(Files.isDirectory(layers), "this host cannot lend its programs");
        current = String.join("", layers());
        for (String name : List.of(USED, UNUSED)) {
            Files.createDirectories(layers.resolve(name).resolve("etc/inside"));
            Files.writeString(layers.resolve(name).resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\n");
        }
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void areDeletedOnceNoJailUsesThem() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("based", "/bin/sleep", "1000"));
        note(id, USED);
        host.restartAgent();
        host.kernel.observe();
        host.kernel.inspect();
        assertThat(layers()).containsExactlyInAnyOrder(current, USED);

        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        host.kernel.inspect();
        assertThat(layers()).containsExactly(current);
        assertThat(layers.resolve("old-" + USED)).doesNotExist();
    }

    @Test
    void areNamedByTheJailsThatUseThem() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("based", "/bin/sleep", "1000"));
        try (Descriptor cgroup = cgroup(id)) {
            assertThat(Attributes.get(cgroup, "trusted.bailiwick.layer", 256)).contains(current);
        }
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
    }

    /** An earlier version of the agent has not noted the layers of its jails. */
    @Test
    void stayWhileAJailDoesNotSayWhichItUses() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("earlier", "/bin/sleep", "1000"));
        try (Descriptor cgroup = cgroup(id)) {
            Attributes.remove(cgroup, "trusted.bailiwick.layer");
        }
        host.kernel.inspect();
        assertThat(layers()).containsExactlyInAnyOrder(current, USED, UNUSED);

        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        host.kernel.inspect();
        assertThat(layers()).containsExactly(current);
    }

    private List<String> layers() throws IOException {
        try (Stream<Path> all = Files.list(layers)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("thin-"))
                    .toList();
        }
    }

    private void note(JailId id, String layer) throws IOException {
        try (Descriptor cgroup = cgroup(id)) {
            Attributes.set(cgroup, "trusted.bailiwick.layer", layer);
        }
    }

    private Descriptor cgroup(JailId id) throws IOException {
        return Linux.openat2(Constants.AT_FDCWD, host.cgroupOf(id).toString(), Constants.O_RDONLY, 0, 0);
    }
}
