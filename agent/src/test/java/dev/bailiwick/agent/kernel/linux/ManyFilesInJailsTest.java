package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.question.HostAnswer.FilesOutcome;
import dev.bailiwick.protocol.QuestionWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What people do with very many files of a jail: in parts that are all small, each of which ends. */
@NeedsRoot
class ManyFilesInJailsTest extends OneHostTest {

    private static final int FILES = Boolean.getBoolean("bailiwick.long") ? 1_000_000 : 100_000;
    private static final int OF_A_DIRECTORY = 1_000;

    /** A jail writes some ten thousand files in a second. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A directory of the base has entries from two layers, which the kernel merges again whenever it is opened. */
    private static final String MERGED = "/var/lib";

    private static int jails;

    private final JailId id = host.newId();

    private FilesOfJail running(String perl) throws Exception {
        JailDefinition definition = host.definition(
                "many-files-" + ++jails, "/bin/sh", "-c", "perl -e '" + perl + "' && echo ready; exec sleep 1000");
        host.start(id, definition);
        host.awaitLog(id, "ready", PATIENCE);
        return new FilesOfJail(host.kernel, id, definition);
    }

    private static FileResult fitting(FileResult result) {
        int bytes = QuestionWire.toWire(UUID.randomUUID().toString(), new FilesOutcome(result))
                .getSerializedSize();
        assertThat(bytes).isLessThanOrEqualTo(256 << 10);
        return result;
    }

    private static FileResult.Matches search(FilesOfJail files, String path, String text) {
        FileResult found = fitting(files.work(new FileRequest.Search(FilesOfJail.path(path), text, 1_000)));
        assertThat(found).isInstanceOf(FileResult.Matches.class);
        return (FileResult.Matches) found;
    }

    private static Set<String> expected() {
        return IntStream.range(0, FILES).mapToObj(i -> "f" + i).collect(Collectors.toSet());
    }

    @Test
    void ofOneDirectoryAreListedWhileOthersComeAndGo() throws Exception {
        FilesOfJail files = running("mkdir \"/srv/many\"; chdir \"/srv/many\"; for (0.." + (FILES - 1)
                + ") { open(F, \">\", \"f$_\") or die $! }"
                + " unless (fork) { for (my $i = 0; ; $i++) { open(F, \">\", \"x$i\"); unlink \"x\" . ($i - 100) } }");
        List<String> names = files.names("/srv/many");
        names.removeIf(name -> name.startsWith("x"));
        assertThat(names).hasSize(FILES);
        assertThat(new HashSet<>(names)).isEqualTo(expected());
        assertThat(search(files, "/srv/many", "F9999").matches()).isNotEmpty();
        assertThat(search(files, "/srv/many", "f").isComplete()).isFalse();
    }

    @Test
    void ofADirectoryOfTheBaseAreListedSearchedAndRemoved() throws Exception {
        FilesOfJail files = running("mkdir \"" + MERGED + "/m\"; chdir \"" + MERGED + "\"; for (0.." + (FILES - 1)
                + ") { open(F, \">\", \"f$_\") or die $! }");
        assertThat(files.names(MERGED)).contains("f0", "f" + (FILES - 1), "m");
        assertThat(search(files, MERGED, "f9999").matches()).isNotEmpty();
        files.removeAll(MERGED);
        assertThat(files.work(new FileRequest.Look(FilesOfJail.path(MERGED)))).isInstanceOf(FileResult.Refused.class);
    }

    @Test
    void ofATreeAreFoundReadAndRemoved() throws Exception {
        FilesOfJail files = running(
                "for my $d (0.." + (FILES / OF_A_DIRECTORY - 1) + ") { mkdir \"/srv/d$d\" or die $!;" + " for (0.."
                        + (OF_A_DIRECTORY - 1) + ") { open(F, \">\", \"/srv/d$d/f$_\") or die $!; print F $_ } }");
        assertThat(search(files, "/srv/d7", "f99").isComplete()).isTrue();
        assertThat(search(files, "/srv/d7", "f99").matches()).hasSize(11);
        assertThat(search(files, "/srv", "d7").matches()).isNotEmpty();
        for (String directory : files.names("/srv")) {
            assertThat(contents(files, "/srv/" + directory)).hasSize(OF_A_DIRECTORY);
        }
        files.removeAll("/srv");
        assertThat(files.names("/")).doesNotContain("srv");
    }

    /** Reads all files of a directory as an archive of it does. */
    private static Set<String> contents(FilesOfJail files, String directory) {
        List<FileRequest> reads = new ArrayList<>(files.names(directory).stream()
                .map(name -> new FileRequest.Read(FilesOfJail.path(directory + "/" + name), 0, FileBytes.MAX))
                .toList());
        Set<String> contents = new HashSet<>();
        while (!reads.isEmpty()) {
            List<FileRequest> next = reads.subList(0, Math.min(reads.size(), FileRequest.Batch.MAX));
            FileResult answer = fitting(files.work(new FileRequest.Batch(next)));
            assertThat(answer).isInstanceOf(FileResult.Results.class);
            List<FileResult> results = ((FileResult.Results) answer).results();
            results.forEach(result -> contents.add(text((FileResult.Content) result)));
            reads.subList(0, results.size()).clear();
        }
        return contents;
    }

    private static String text(FileResult.Content content) {
        return new String(content.bytes().bytes(), StandardCharsets.UTF_8);
    }

    private static FileRequest.Write writing(String path, String content) {
        FileRequest.End end = new FileRequest.End(Optional.empty(), false, OptionalInt.of(0600));
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return new FileRequest.Write(
                FilesOfJail.path(path),
                new FileRequest.UploadId("upload-of-a-batch"),
                0,
                new FileBytes(bytes),
                Optional.of(end));
    }

    private static String leads(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closedMeanwhile) {
            return "";
        }
    }

    private static List<String> openDirectories() throws Exception {
        List<String> open = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                String leads = leads(descriptor);
                if (leads.contains("/listed-of-a-test-")) {
                    open.add(leads);
                }
            }
        }
        return open;
    }

    private static FileResult firstPart(FilesOfJail files, int directory) {
        return files.work(new FileRequest.List(FilesOfJail.path("/srv/listed-of-a-test-" + directory), 0, 1));
    }

    @Test
    void ofDirectoriesThatNobodyListsToTheEndAreHeldByFewDescriptorsForAShortTime() throws Exception {
        FilesOfJail files = running(
                "for my $d (1..20) { mkdir \"/srv/listed-of-a-test-$d\"; mkdir \"/srv/listed-of-a-test-$d/$_\" for (1..3) }");
        for (int directory = 1; directory <= 20; directory++) {
            FileResult part = firstPart(files, directory);
            assertThat(((FileResult.Entries) part).next()).isPresent();
        }
        assertThat(openDirectories()).hasSizeBetween(1, 4);
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!openDirectories().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    @Test
    void ofADirectoryThatIsOpenDoNotKeepTheirJailFromStartingAgain() throws Exception {
        FilesOfJail files =
                running("mkdir \"/srv/listed-of-a-test-1\"; mkdir \"/srv/listed-of-a-test-1/$_\" for (1..3)");
        FileResult.Entries part = (FileResult.Entries) firstPart(files, 1);
        assertThat(openDirectories()).hasSize(1);
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        host.start(id, files.definition());
        assertThat(openDirectories()).isEmpty();
        host.awaitLog(id, "ready");
        assertThat(files.work(new FileRequest.List(
                        FilesOfJail.path("/srv/listed-of-a-test-1"), part.next().orElseThrow(), 1)))
                .isInstanceOf(FileResult.Entries.class);
    }

    @Test
    void areChangedTogetherUpToTheFirstThatIsRefused() throws Exception {
        FilesOfJail files = running("mkdir \"/srv/d\"");
        FileResult answer = files.work(new FileRequest.Batch(List.of(
                new FileRequest.Read(FilesOfJail.path("/srv/none"), 0, 1),
                writing("/srv/one", "1"),
                new FileRequest.SetOwner(FilesOfJail.path("/srv/one"), 33, 34),
                writing("/srv/d", "a directory is there"),
                writing("/srv/two", "2"))));
        assertThat(((FileResult.Results) answer).results())
                .extracting(Object::getClass)
                .containsExactly(
                        FileResult.Refused.class,
                        FileResult.Found.class,
                        FileResult.Found.class,
                        FileResult.Refused.class);
        FileEntry one = files.look("/srv/one");
        assertThat(one.owner()).hasValue(33);
        assertThat(one.mode()).isEqualTo(0600);
        assertThat(files.names("/srv")).doesNotContain("two");
    }

    @Test
    void ofWhichManyAreBigComeInSmallAnswers() throws Exception {
        FilesOfJail files =
                running("for (0..49) { open(F, \">\", \"/srv/f$_\") or die $!; print F $_, \" \" x 40950 }");
        assertThat(contents(files, "/srv")).hasSize(50);
    }
}
