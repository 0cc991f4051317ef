package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people do with files of running and stopped jails. */
@NeedsRoot
class FilesInJailsTest extends OneHostTest {

    private static int jails;

    private JailId id;
    private JailDefinition definition;
    private FilesOfJail files;

    @BeforeEach
    void defineAJail() {
        id = host.newId();
        definition = host.definition("files-" + ++jails, "/bin/sleep", "1000");
        files = new FilesOfJail(host.kernel, id, definition);
    }

    private void stop() throws Exception {
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
    }

    private String shell(String script) {
        CommandEnd end = host.kernel.run(new CommandRun(
                id,
                new Command(List.of("/bin/sh", "-c", script), Map.of()),
                Optional.empty(),
                WorkingDirectory.ROOT,
                "",
                Duration.ofSeconds(40)));
        assertThat(end.how()).as(end.errors().text()).isEqualTo(new How.Exited(0));
        return end.output().text();
    }

    @Test
    void ofARunningJailAreWhatItsProcessesSee() throws Exception {
        host.start(id, definition);
        shell("echo from inside >/srv/note; chown 33:33 /srv/note; chmod 640 /srv/note");

        assertThat(files.read("/srv/note")).isEqualTo("from inside\n");
        FileEntry note = files.look("/srv/note");
        assertThat(note.kind()).isEqualTo(FileKind.FILE);
        assertThat(note.size()).isEqualTo(12);
        assertThat(note.mode()).isEqualTo(0640);
        assertThat(note.owner()).hasValue(33);
        // The new content keeps owner and permissions.
        FileEntry changed = files.write("/srv/note", "from outside\n");
        assertThat(changed.version()).isNotEqualTo(note.version());
        files.write("/srv/new", "new\n");
        files.done(new FileRequest.MakeDirectory(FilesOfJail.path("/srv/directory")));
        files.done(new FileRequest.MakeLink(FilesOfJail.path("/srv/link"), "../srv/note"));
        files.done(new FileRequest.SetMode(FilesOfJail.path("/srv/directory"), 01770));
        files.done(new FileRequest.SetOwner(FilesOfJail.path("/srv/directory"), 1000, 1001));
        files.done(new FileRequest.Rename(FilesOfJail.path("/srv/new"), FilesOfJail.path("/srv/directory/x"), false));
        assertThat(shell("cat /srv/note /srv/link; cd /srv; stat -c '%n %a %u:%g %F' * directory/x"))
                .isEqualTo("""
                        from outside
                        from outside
                        directory 1770 1000:1001 directory
                        link 777 0:0 symbolic link
                        note 640 33:33 regular file
                        directory/x 644 0:0 regular file
                        """);
        assertThat(files.names("/srv")).containsExactlyInAnyOrder("note", "directory", "link");
        assertThat(files.look("/srv/link").target()).hasValue("../srv/note");
        assertThat(files.removeAll("/srv/directory")).isOne();
        assertThat(shell("ls /srv")).isEqualTo("link\nnote\n");
    }

    @Test
    void ofAStoppedJailAreThereAndItStartsWithThem() throws Exception {
        assertThat(files.refusal(new FileRequest.Look(FilesOfJail.path("/etc"))))
                .isEqualTo(Reason.NO_FILES);
        host.start(id, definition);
        shell("echo 1 >/srv/one; mkdir /srv/kept; rm -r /opt");
        stop();

        assertThat(files.read("/srv/one")).isEqualTo("1\n");
        assertThat(files.read("/etc/hostname")).isEqualTo(definition.hostname() + "\n");
        assertThat(files.names("/")).contains("srv", "etc").doesNotContain("opt");
        // Those who only read have another mount, with the same versions.
        FileRequest.End ifSame =
                new FileRequest.End(Optional.of(files.look("/srv/one").version()), false, OptionalInt.empty());
        files.done(ending(FilesOfJail.writing("/srv/one", "one\n"), ifSame));
        assertThat(files.read("/srv/one")).isEqualTo("one\n");
        files.write("/srv/two", "2\n");
        files.write("/etc/motd", "hello\n");
        assertThat(files.removeAll("/srv/one")).isOne();
        host.start(id, definition);
        assertThat(shell("cat /srv/two /etc/motd; ls /srv; stat -c %u:%g /srv/two /etc/motd"))
                .isEqualTo("2\nhello\nkept\ntwo\n0:0\n0:0\n");
    }

    @Test
    void ofAJailWithADirectoryOfItsOwnBelongToItsIds() throws Exception {
        Path root = Path.of(definition.path().value());
        Files.createDirectories(root.resolve("bin"));
        TestHost.compile("#include <unistd.h>\nint main(void) { return pause(); }\n", root.resolve("bin/probe"));
        Files.writeString(root.resolve("note"), "of the operator\n");
        JailDefinition whole = DefinitionVariant.of(definition)
                .base(new Base.Directory())
                .command(Command.of("/bin/probe"))
                .definition();
        files = new FilesOfJail(host.kernel, id, whole);
        for (int run = 0; run < 2; run++) {
            host.start(id, whole);
            assertThat(files.read("/note")).isEqualTo("of the operator\n");
            files.write("/running-" + run, "x");
            stop();
            assertThat(files.look("/running-" + run).owner()).hasValue(0);
            files.write("/stopped-" + run, "x");
        }
        // The mount shifts the ids: on the disk root owns all of it.
        for (String name : List.of("note", "running-1", "stopped-1")) {
            assertThat(Files.getAttribute(root.resolve(name), "unix:uid"))
                    .as(name)
                    .isEqualTo(0);
        }
    }

    @Test
    void areUploadedInChunksAndReplacedAtOnce() throws Exception {
        host.start(id, definition);
        files.write("/srv/page", "old");
        byte[] half = "x".repeat(FileBytes.MAX).getBytes(StandardCharsets.US_ASCII);

        assertThat(files.work(FilesOfJail.chunk("/srv/page", 0, half, false)))
                .isEqualTo(new FileResult.Uploaded(half.length));
        assertThat(files.read("/srv/page")).isEqualTo("old");
        assertThat(files.refusal(FilesOfJail.chunk("/srv/page", 7, half, false)))
                .isEqualTo(Reason.CHANGED);
        assertThat(files.work(files.findUpload("/srv/page"))).isEqualTo(new FileResult.Uploaded(half.length));
        assertThat(files.work(FilesOfJail.chunk("/srv/page", half.length, half, true)))
                .isInstanceOf(FileResult.Found.class);
        assertThat(shell("stat -c %s /srv/page; ls -A /srv")).isEqualTo(2 * half.length + "\npage\n");
        assertThat(files.work(files.findUpload("/srv/page"))).isEqualTo(new FileResult.Uploaded(0));

        FileRequest.Write stale = FilesOfJail.writing("/srv/page", "mine");
        FileRequest.End ifUnchanged = new FileRequest.End(Optional.of("0-0-0-0"), false, OptionalInt.empty());
        FileRequest.End ifNew = new FileRequest.End(Optional.empty(), true, OptionalInt.of(0600));
        assertThat(files.refusal(ending(stale, ifUnchanged))).isEqualTo(Reason.CHANGED);
        assertThat(files.refusal(ending(stale, ifNew))).isEqualTo(Reason.EXISTS);
        FileRequest.End ifSame =
                new FileRequest.End(Optional.of(files.look("/srv/page").version()), false, OptionalInt.of(0600));
        assertThat(files.done(ending(stale, ifSame)).mode()).isEqualTo(0600);
        assertThat(files.read("/srv/page")).isEqualTo("mine");
    }

    private static FileRequest.Write ending(FileRequest.Write write, FileRequest.End end) {
        return new FileRequest.Write(write.path(), write.upload(), write.offset(), write.bytes(), Optional.of(end));
    }

    @Test
    void areReplacedBehindTheirLinks() throws Exception {
        host.start(id, definition);
        shell("mkdir /srv/available /srv/enabled; echo old >/srv/available/site;"
                + " ln -s ../available/site /srv/enabled/site; ln -s loop /srv/loop; ln -s . /srv/here");

        files.write("/srv/enabled/site", "new\n");
        files.write("/srv/here/here/other", "x");

        assertThat(shell("cat /srv/available/site; readlink /srv/enabled/site; ls /srv"))
                .isEqualTo("new\n../available/site\navailable\nenabled\nhere\nloop\nother\n");
        assertThat(files.refusal(FilesOfJail.writing("/srv/loop", "x"))).isEqualTo(Reason.INVALID);
        assertThat(files.refusal(FilesOfJail.writing("/srv/here", "x"))).isEqualTo(Reason.WRONG_KIND);
    }

    @Test
    void canHaveAnyNames() throws Exception {
        host.start(id, definition);
        shell("cd /srv; touch -- 'a b' 'ü' \"$(printf 'line\\nbreak')\" \"$(printf 'b\\377d')\" 'back\\slash' '-r'");

        List<String> names = List.of("a b", "ü", "line\\x0abreak", "b\\xffd", "back\\\\slash", "-r");
        assertThat(files.names("/srv")).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            files.write("/srv/" + name, name);
            assertThat(files.read("/srv/" + name)).isEqualTo(name);
        }
        assertThat(shell("ls -A /srv | wc -l")).isEqualTo("7\n");
        FileResult found = files.work(new FileRequest.Search(FilesOfJail.path("/"), "B\\XFF", 10));
        assertThat(found).isInstanceOfSatisfying(FileResult.Matches.class, matches -> {
            assertThat(matches.isComplete()).isTrue();
            assertThat(matches.matches())
                    .extracting(match -> match.path().text())
                    .containsExactly("/srv/b\\xffd");
        });
        names.forEach(name -> files.removeAll("/srv/" + name));
        assertThat(files.names("/srv")).isEmpty();
    }

    @Test
    void ofAnotherFileSystemAreLeftToTheJail() throws Exception {
        host.start(id, definition);
        for (String path : List.of("/tmp", "/proc/1", "/dev", "/usr/bin", "/bin/sh", "/sys/fs")) {
            assertThat(files.refusal(new FileRequest.List(FilesOfJail.path(path), 0, 10)))
                    .as(path)
                    .isEqualTo(Reason.MOUNTED);
        }
        assertThat(files.refusal(FilesOfJail.writing("/tmp/x", "x"))).isEqualTo(Reason.MOUNTED);
        assertThat(files.refusal(new FileRequest.Remove(FilesOfJail.path("/tmp"))))
                .isEqualTo(Reason.MOUNTED);
        assertThat(files.look("/tmp").isMounted()).isTrue();
        assertThat(files.look("/srv").isMounted()).isFalse();
        assertThat(shell("grep -c ' /tmp ' /proc/mounts")).isEqualTo("1\n");
    }

    @Test
    void leaveTheThreadAsItWas() throws Exception {
        host.start(id, definition);
        Path status = Path.of("/proc/thread-self/status");
        List<String> before = identity(status);
        int descriptors = descriptors();
        files.write("/srv/x", "x");
        assertThat(identity(status)).isEqualTo(before);
        for (int i = 0; i < 50; i++) {
            files.read("/srv/x");
            files.names("/");
            assertThat(files.refusal(new FileRequest.Look(FilesOfJail.path("/srv/none"))))
                    .isEqualTo(Reason.NOT_FOUND);
        }
        // The agent prepares sandboxes meanwhile.
        assertThat(descriptors() - descriptors).isLessThan(40);
        stop();
        int stopped = descriptors();
        for (int i = 0; i < 50; i++) {
            files.read("/srv/x");
        }
        assertThat(descriptors() - stopped).isLessThan(40);
        assertThat(identity(status)).isEqualTo(before);
    }

    private static List<String> identity(Path status) throws Exception {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("Uid") || line.startsWith("Gid") || line.startsWith("Cap"))
                .toList();
    }

    private static int descriptors() throws Exception {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return (int) all.count();
        }
    }
}
