package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.question.HostAnswer.FilesOutcome;
import dev.bailiwick.protocol.QuestionWire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a hostile jail puts in the way of those who work on its files. */
@NeedsRoot
class HostileFilesInJailsTest extends OneHostTest {

    private static final String SECRET = "of the host";

    private static int jails;

    private final JailId id = host.newId();

    private JailDefinition running(String script) throws Exception {
        JailDefinition definition =
                host.definition("hostile-files-" + ++jails, "/bin/sh", "-c", script + "; echo ready; exec sleep 1000");
        host.start(id, definition);
        host.awaitLog(id, "ready");
        return definition;
    }

    private FilesOfJail files(JailDefinition definition) {
        return new FilesOfJail(host.kernel, id, definition);
    }

    @Test
    void doNotLeadOutOfTheJail() throws Exception {
        Path sentinel = Files.createTempFile(Path.of("/tmp"), "bailiwick-sentinel-", "");
        Files.writeString(sentinel, SECRET);
        String up = "../".repeat(40);
        FilesOfJail files = files(running("cd /srv; mkdir d; ln -s " + sentinel + " a; ln -s " + up + sentinel + " b;"
                + " ln -s /proc/1/root" + sentinel + " c; ln -s /proc/self/root" + sentinel + " d/c;"
                + " ln -s /proc/self/exe e; ln -s " + up + "tmp f; ln -s /proc/self/fd/3 g"));

        for (String link : List.of("a", "b", "c", "d/c", "e", "g")) {
            assertThat(files.refusal(new FileRequest.Read(FilesOfJail.path("/srv/" + link), 0, 100)))
                    .as(link)
                    .isIn(Reason.NOT_FOUND, Reason.MOUNTED, Reason.INVALID);
            assertThat(files.refusal(FilesOfJail.writing("/srv/" + link, "by the jail")))
                    .as(link)
                    .isIn(Reason.NOT_FOUND, Reason.MOUNTED, Reason.INVALID);
        }
        assertThat(files.refusal(FilesOfJail.writing("/srv/f/" + sentinel.getFileName(), "by the jail")))
                .isEqualTo(Reason.MOUNTED);
        files.removeAll("/srv/a");
        assertThat(sentinel).hasContent(SECRET);
        Files.delete(sentinel);
    }

    @Test
    void doNotHangOrHaveEffects() throws Exception {
        FilesOfJail files = files(running("cd /srv; mkfifo fifo; mkdir d; mkfifo d/fifo; ln -s fifo link;"
                + " perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"/srv/socket\", Listen => 1) or die'"));

        for (String special : List.of("fifo", "link", "socket", "d")) {
            assertThat(files.refusal(new FileRequest.Read(FilesOfJail.path("/srv/" + special), 0, 100)))
                    .as(special)
                    .isEqualTo(Reason.WRONG_KIND);
        }
        assertThat(files.refusal(new FileRequest.List(FilesOfJail.path("/srv/fifo"), 0, 1)))
                .isEqualTo(Reason.WRONG_KIND);
        assertThat(files.refusal(FilesOfJail.writing("/srv/d", "x"))).isEqualTo(Reason.WRONG_KIND);
        files.write("/srv/fifo", "now a file");
        assertThat(files.read("/srv/link")).isEqualTo("now a file");
        files.removeAll("/srv/d");
        files.removeAll("/srv/socket");
    }

    /** An operator's directory can have devices of the host; a mount without devices shows them, and opens none. */
    @Test
    void ofADirectoryWithDevicesOpenNone() throws Exception {
        JailDefinition thin = host.definition("hostile-devices", "/bin/probe");
        Path root = Path.of(thin.path().value());
        Files.createDirectories(root.resolve("bin"));
        TestHost.compile("#include <unistd.h>\nint main(void) { return pause(); }\n", root.resolve("bin/probe"));
        assertThat(new ProcessBuilder("mknod", root.resolve("zero").toString(), "c", "1", "5")
                        .start()
                        .waitFor())
                .isZero();
        JailDefinition whole = DefinitionVariant.of(thin)
                .base(new Base.Directory())
                .command(Command.of("/bin/probe"))
                .definition();
        host.start(id, whole);
        FilesOfJail files = files(whole);
        assertThat(files.refusal(new FileRequest.Read(FilesOfJail.path("/zero"), 0, 100)))
                .isEqualTo(Reason.WRONG_KIND);
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        assertThat(files.refusal(new FileRequest.Read(FilesOfJail.path("/zero"), 0, 100)))
                .isEqualTo(Reason.WRONG_KIND);
        files.removeAll("/zero");
        assertThat(root.resolve("zero")).doesNotExist();
    }

    /** What the operator of the host has put there for others is theirs, as for root of the jail itself. */
    @Test
    void ofOthersInADirectoryOfTheOperatorStayTheirs() throws Exception {
        JailDefinition thin = host.definition("hostile-owners", "/bin/probe");
        Path root = Path.of(thin.path().value());
        Files.createDirectories(root.resolve("bin"));
        TestHost.compile("#include <unistd.h>\nint main(void) { return pause(); }\n", root.resolve("bin/probe"));
        for (String directory : List.of("closed", "open", "own")) {
            Files.createDirectories(root.resolve(directory));
            Files.writeString(root.resolve(directory + "/note"), SECRET);
        }
        int other = 100_000;
        for (String path : List.of("closed", "open", "own/note")) {
            Files.setAttribute(root.resolve(path), "unix:uid", other);
            Files.setAttribute(root.resolve(path), "unix:gid", other);
        }
        Files.setPosixFilePermissions(root.resolve("closed"), PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(root.resolve("open"), PosixFilePermissions.fromString("rwxr-xr-x"));
        JailDefinition whole = DefinitionVariant.of(thin)
                .base(new Base.Directory())
                .command(Command.of("/bin/probe"))
                .definition();
        host.start(id, whole);
        FilesOfJail files = files(whole);

        assertThat(files.read("/open/note")).isEqualTo(SECRET);
        for (FileRequest request : List.of(
                new FileRequest.Look(FilesOfJail.path("/closed/note")),
                FilesOfJail.writing("/closed/note", "x"),
                FilesOfJail.writing("/open/new", "x"),
                FilesOfJail.writing("/open/note", "x"),
                new FileRequest.MakeDirectory(FilesOfJail.path("/open/new")),
                new FileRequest.Remove(FilesOfJail.path("/open/note")),
                new FileRequest.Remove(FilesOfJail.path("/own")))) {
            assertThat(files.refusal(request)).as(request.toString()).isEqualTo(Reason.NOT_ALLOWED);
        }
        assertThat(root.resolve("own/note")).hasContent(SECRET);
        assertThat(root.resolve("open").toFile().list()).containsExactly("note");
    }

    /** A process exchanges a directory and a link to the host's /tmp, and a file and a FIFO, as fast as it can. */
    @Test
    void thatAreSwappedMeanwhileStayInTheJail() throws Exception {
        Path sentinel = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-sentinel-");
        Files.writeString(sentinel.resolve("file"), SECRET);
        Path swapper = Files.createTempFile(Path.of("/tmp"), "swapper-", "");
        TestHost.compile("""
                #define _GNU_SOURCE
                #include <fcntl.h>
                #include <stdio.h>
                #include <sys/stat.h>
                #include <unistd.h>
                int main(int argc, char **argv) {
                    chdir("/srv");
                    mkdir("directory", 0755);
                    close(open("directory/file", O_CREAT | O_WRONLY, 0644));
                    symlink(argv[1], "other");
                    close(open("file", O_CREAT | O_WRONLY, 0644));
                    mkfifo("fifo", 0644);
                    write(1, "ready\\n", 6);
                    for (;;) {
                        renameat2(AT_FDCWD, "directory", AT_FDCWD, "other", RENAME_EXCHANGE);
                        renameat2(AT_FDCWD, "file", AT_FDCWD, "fifo", RENAME_EXCHANGE);
                    }
                }
                """, swapper);
        Files.setPosixFilePermissions(swapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        JailDefinition definition = TestHost.withProgram(
                host.definition("hostile-swapper", "/swapper", ".." + "/..".repeat(30) + sentinel), swapper, "swapper");
        host.start(id, definition);
        host.awaitLog(id, "ready");
        FilesOfJail files = files(definition);

        for (int i = 0; i < 2_000; i++) {
            for (FileRequest request : List.of(
                    new FileRequest.Read(FilesOfJail.path("/srv/directory/file"), 0, 100),
                    new FileRequest.Read(FilesOfJail.path("/srv/file"), 0, 100),
                    FilesOfJail.writing("/srv/directory/written", "x"),
                    new FileRequest.List(FilesOfJail.path("/srv/directory"), 0, 10),
                    new FileRequest.Remove(FilesOfJail.path("/srv/directory/written")))) {
                FileResult result = files.work(request);
                assertThat(result.toString()).doesNotContain(SECRET);
                if (result instanceof FileResult.Content(FileBytes bytes, var _)) {
                    assertThat(bytes.length()).isZero();
                }
            }
        }
        assertThat(sentinel.resolve("file")).hasContent(SECRET);
        assertThat(sentinel.toFile().list()).containsExactly("file");
        files.removeAll("/srv/directory");
        Files.delete(sentinel.resolve("file"));
        Files.delete(sentinel);
        Files.delete(swapper);
    }

    @Test
    void canBeManyOrDeep() throws Exception {
        FilesOfJail files = files(
                running(
                        "mkdir /srv/many; cd /srv/many; seq 100000 | xargs touch;"
                                + " mkdir /srv/deep; cd /srv/deep; i=0; while [ $i -lt 2000 ]; do mkdir d; cd -P d; i=$((i+1)); done; touch bottom"));

        List<String> names = files.names("/srv/many");
        assertThat(names).hasSize(100_000);
        assertThat(new HashSet<>(names)).hasSize(100_000);
        FileResult found = files.work(new FileRequest.Search(FilesOfJail.path("/srv"), "9999", 1_000));
        assertThat(found).isInstanceOf(FileResult.Matches.class);
        assertThat(((FileResult.Matches) found).matches()).isNotEmpty();
        files.removeAll("/srv/deep");
        files.removeAll("/srv/many");
        assertThat(files.names("/srv")).isEmpty();
    }

    /** An answer must fit into a message of the link to the server. */
    private static void requireThatItFits(FileResult result) {
        int bytes = QuestionWire.toWire(UUID.randomUUID().toString(), new FilesOutcome(result))
                .getSerializedSize();
        assertThat(bytes).isLessThanOrEqualTo(256 << 10);
    }

    @Test
    void withLongNamesComeInSmallParts() throws Exception {
        FilesOfJail files = files(running("cd /srv; perl -e '"
                + "for (0..1499) { open(F, \">\", sprintf(\"%04d\", $_) . \"\\xff\" x 251) or die $! }'"));

        for (FileRequest request : List.of(
                new FileRequest.List(FilesOfJail.path("/srv"), 0, 1_000),
                new FileRequest.Search(FilesOfJail.path("/srv"), "ff", 1_000))) {
            requireThatItFits(files.work(request));
        }
        assertThat(new HashSet<>(files.names("/srv"))).hasSize(1_500);
    }

    @Test
    void withLongTargetsComeInSmallParts() throws Exception {
        FilesOfJail files = files(running("cd /srv; t=$(printf '\\377%.0s' $(seq 4000));"
                + " i=0; while [ $i -lt 300 ]; do ln -s \"$t\" link$i; i=$((i+1)); done"));

        FileResult first = files.work(new FileRequest.List(FilesOfJail.path("/srv"), 0, 1_000));
        assertThat(first)
                .isInstanceOfSatisfying(
                        FileResult.Entries.class,
                        part -> assertThat(part.entries()).hasSizeBetween(1, 30));
        requireThatItFits(first);
        assertThat(files.names("/srv")).hasSize(300);
        FileResult found = files.work(new FileRequest.Search(FilesOfJail.path("/"), "LINK", 1_000));
        requireThatItFits(found);
        assertThat(found).isInstanceOfSatisfying(FileResult.Matches.class, matches -> {
            assertThat(matches.matches()).hasSizeBetween(1, 30);
            assertThat(matches.isComplete()).isFalse();
        });
    }

    @Test
    void cannotFillTheReserveOfTheDisk() throws Exception {
        try (SmallDisk disk = new SmallDisk();
                TestHost small = new TestHost(disk.directory())) {
            JailDefinition definition = small.definition("full", "/bin/sleep", "1000");
            small.start(id, definition);
            FilesOfJail files = new FilesOfJail(small.kernel, id, definition);
            byte[] chunk = new byte[FileBytes.MAX];
            Reason refusal = Reason.BUSY;
            long offset = 0;
            while (refusal == Reason.BUSY) {
                FileResult result = files.work(FilesOfJail.chunk("/srv/big", offset, chunk, false));
                if (result instanceof FileResult.Refused(Reason reason, var _)) {
                    refusal = reason;
                }
                offset += chunk.length;
            }
            assertThat(refusal).isEqualTo(Reason.NO_SPACE);
            // The root of the host can still write.
            Path reserve = disk.directory().resolve("reserve");
            Files.write(reserve, new byte[1 << 20]);
            assertThat(reserve).hasSize(1 << 20);
            small.clear();
        }
    }
}
