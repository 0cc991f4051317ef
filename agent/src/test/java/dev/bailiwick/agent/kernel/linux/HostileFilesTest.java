package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything below a jail's root is hostile, and the agent is root. Whatever is there, and however it changes while the agent looks, the
 * agent does not write, create, open or wait for anything of the host: the sentinel's listing, owner and times do not change.
 */
@NeedsRoot
class HostileFilesTest {

    private static final int RACES = 40;
    private static final int RENAME_EXCHANGE = 2;
    private static final List<String> CONFIGURED = List.of("hosts", "hostname", "resolv.conf");

    private TestHost host;
    private Path sentinel;
    private Map<String, String> sentinelBefore;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        sentinel = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-sentinel-");
        Files.setPosixFilePermissions(sentinel, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(sentinel.resolve("kept"), "of the host");
        Files.setPosixFilePermissions(sentinel.resolve("kept"), PosixFilePermissions.fromString("rw-rw-rw-"));
        sentinelBefore = look(sentinel);
    }

    @AfterEach
    void nothingOfTheHostHasChanged() throws IOException {
        host.close();
        assertThat(look(sentinel)).isEqualTo(sentinelBefore);
        Files.delete(sentinel.resolve("kept"));
        Files.delete(sentinel);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "link",
                "dangling link",
                "link to a directory",
                "fifo",
                "socket",
                "device",
                "hard link",
                "directory"
            })
    void replacesOrRefusesWhateverLiesInPlaceOfItsFiles(String trap) throws Exception {
        Path root = rootWithProbe("trapped");
        Files.createDirectories(root.resolve("etc"));
        for (String name : CONFIGURED) {
            lay(trap, root.resolve("etc").resolve(name));
            lay(trap, root.resolve("etc").resolve(".bailiwick-" + name));
        }
        long begin = System.nanoTime();
        try {
            assertThat(host.outputOf(whole("trapped"))).isEqualTo("probe\n");
            for (String name : CONFIGURED) {
                assertThat(Files.isRegularFile(root.resolve("etc").resolve(name), LinkOption.NOFOLLOW_LINKS))
                        .isTrue();
            }
        } catch (KernelRefusal refusal) {
            // A directory cannot be replaced by a file. The jail's start fails, and the failure is reported.
            assertThat(trap).isEqualTo("directory");
            assertThat(refusal).hasMessageContaining("etc/hosts");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TestHost.PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"etc", "dev", "proc", "sys", "tmp", "run"})
    void refusesToMountOrWriteThroughALink(String name) throws Exception {
        for (String target : List.of(sentinel.toString(), "../../../../../.." + sentinel, "/")) {
            Path root = rootWithProbe("linked");
            Files.deleteIfExists(root.resolve(name));
            Files.createSymbolicLink(root.resolve(name), Path.of(target));
            assertThatThrownBy(() -> host.start(host.newId(), whole("linked")))
                    .isInstanceOf(KernelRefusal.class)
                    .hasMessageMatching(".*" + name + "(/\\S+)?: E(LOOP|NOTDIR|XDEV)");
            assertThat(host.kernel.observe()).isEmpty();
        }
    }

    @Test
    void followsNothingThatIsSwappedWhileAJailStarts() throws Exception {
        Path root = rootWithProbe("racing");
        Files.createDirectories(root.resolve("etc"));
        Files.createSymbolicLink(root.resolve("etc.link"), sentinel);
        int[] counts = race(root.resolve("etc"), root.resolve("etc.link"), "racing");
        System.out.printf("etc swapped with a link: %d started, %d refused%n", counts[0], counts[1]);
        assertThat(counts[0] + counts[1]).isEqualTo(RACES);
    }

    @Test
    void neverUsesARootThatTookTheCheckedOnesPlace() throws Exception {
        Path root = rootWithProbe("replaced");
        Path link = root.resolveSibling("replaced.link");
        // If the agent followed this link, it would find the host's probe, which prints something else.
        Path other = Files.createDirectories(sentinel.resolveSibling(sentinel.getFileName() + "-root"));
        Files.createDirectories(other.resolve("bin"));
        Files.copy(Path.of("/bin/true"), other.resolve("bin/probe"));
        Files.createSymbolicLink(link, other);
        int[] counts = race(root, link, "replaced");
        System.out.printf("root swapped with a link: %d started, %d refused%n", counts[0], counts[1]);
        assertThat(other.toFile().list()).containsExactly("bin");
        Files.delete(other.resolve("bin/probe"));
        Files.delete(other.resolve("bin"));
        Files.delete(other);
    }

    @Test
    void deletesThousandsOfFilesWithNamesOfEveryKind() throws Exception {
        int directories = Boolean.getBoolean("bailiwick.long") ? 1_000 : 100;
        JailId id = host.newId();
        JailDefinition definition =
                host.definition("crowded", "/usr/bin/perl", "-e", """
                my @odd = ("new\\nline", "\\xff\\xfe", "-rf", "*", "a\\tb", "\\e[31m", " ", "\\x80" x 255, "..a", "\\xc3\\x28");
                chdir "/srv" or die;
                for my $name (@odd) { mkdir $name or die "$name: $!"; open(my $f, ">", "$name/$name") or die $!; }
                symlink("/", "$odd[0]/root"); symlink("SENTINEL", "$odd[1]/out");
                for my $d (1 .. DIRECTORIES) {
                    mkdir "d$d"; chdir "d$d"; open(my $f, ">", 0) or die $!;
                    for my $i (1 .. 999) { link(0, $i) or die $!; }
                    chdir "..";
                }
                print "filled\\n";
                """.replace("SENTINEL", sentinel.toString())
                        .replace("DIRECTORIES", Integer.toString(directories)));
        long filling = System.nanoTime();
        host.start(id, definition);
        host.awaitEnd(Duration.ofMinutes(2));
        host.kernel.release(id);
        assertThat(host.logOf(id)).isEqualTo("filled\n");
        System.out.printf("made %,d names in %,d ms%n", directories * 1_000, (System.nanoTime() - filling) / 1_000_000);

        long begin = System.nanoTime();
        host.kernel.deleteFiles(id, definition.path(), definition.base());
        long millis = (System.nanoTime() - begin) / 1_000_000;
        System.out.printf("deleted %,d files in %,d ms%n", directories * 1_000, millis);
        assertThat(host.layout.rootBase().toFile().list())
                .as("where the agent records whose files there are")
                .containsExactly(".bailiwick");
    }

    @Test
    @Tag("performance")
    void startsAJailAmongAHundredThousandFilesAsFastAsAmongNone() throws Exception {
        Path root = rootWithProbe("large");
        for (int directory = 0; directory < 100; directory++) {
            Path files = Files.createDirectories(root.resolve("srv/" + directory));
            for (int i = 0; i < 1_000; i++) {
                Files.createFile(files.resolve(Integer.toString(i)));
            }
        }
        rootWithProbe("small");
        rootWithProbe("before");
        host.outputOf(whole("before"));
        long begin = System.nanoTime();
        host.outputOf(whole("small"));
        long small = System.nanoTime() - begin;
        begin = System.nanoTime();
        host.outputOf(whole("large"));
        long large = System.nanoTime() - begin;
        System.out.printf("start to end among 100,000 files %,d µs, among none %,d µs%n", large / 1000, small / 1000);
        assertThat(large).as("does not grow with the files").isLessThan(small + 500_000_000L);
    }

    /** Swaps two names continuously; returns how many starts succeeded and how many failed meanwhile. */
    private int[] race(Path one, Path other, String name) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread swapping = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                exchange(one, other);
            }
        });
        int[] counts = new int[2];
        try {
            for (int i = 0; i < RACES; i++) {
                JailId id = host.newId();
                try {
                    host.start(id, whole(name));
                    host.awaitEnd();
                    host.kernel.release(id);
                    assertThat(host.logOf(id)).isEqualTo("probe\n");
                    counts[0]++;
                } catch (KernelRefusal refusal) {
                    counts[1]++;
                }
            }
        } finally {
            over.set(true);
            swapping.join();
        }
        return counts;
    }

    private static void exchange(Path one, Path other) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.RENAMEAT2,
                    one.toString(),
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(one.toString())),
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(other.toString())),
                    RENAME_EXCHANGE);
        }
    }

    private void lay(String trap, Path path) throws IOException, InterruptedException {
        switch (trap) {
            case "link" -> Files.createSymbolicLink(path, sentinel.resolve("kept"));
            case "dangling link" -> Files.createSymbolicLink(path, sentinel.resolve("made"));
            case "link to a directory" -> Files.createSymbolicLink(path, sentinel);
            case "fifo" -> makeNode(path, Constants.S_IFIFO);
            case "socket" -> makeNode(path, 0140000);
            case "device" -> makeNode(path, Constants.S_IFCHR);
            // Not to the sentinel itself: its count of links must not change.
            case "hard link" -> {
                Path other = path.resolveSibling(path.getFileName() + ".other");
                Files.writeString(other, "of another");
                Files.createLink(path, other);
            }
            case "directory" -> Files.createDirectory(path);
            default -> throw new IllegalArgumentException(trap);
        }
    }

    private static void makeNode(Path path, int type) {
        int full = 1 << 8 | 7;
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.MKNODAT,
                    path.toString(),
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(path.toString())),
                    type | 0666,
                    full);
        }
    }

    private Path rootWithProbe(String name) throws IOException, InterruptedException {
        Path root = host.layout.rootBase().resolve(name);
        Files.createDirectories(root.resolve("bin"));
        if (!Files.exists(root.resolve("bin/probe"))) {
            TestHost.compileProbe(root.resolve("bin/probe"));
        }
        return root;
    }

    private JailDefinition whole(String name) {
        JailDefinition thin = host.definition(name, "/bin/true");
        return DefinitionVariant.of(thin)
                .base(new Base.Directory())
                .command(Command.of("/bin/probe"))
                .definition();
    }

    /** Returns names, owners, modes, sizes and times. */
    private static Map<String, String> look(Path directory) throws IOException {
        Map<String, String> seen = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                seen.put(
                        path.toString(),
                        Files.getAttribute(path, "unix:uid") + " " + Files.getAttribute(path, "unix:mode") + " "
                                + Files.getAttribute(path, "unix:ctime") + " " + Files.size(path));
            }
        }
        return seen;
    }
}
