package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** What is asked of the host of a jail to unpack an archive, and what is not. */
class UnpackedArchivesTest extends JailApi {

    private static final Map<String, String> TAR = Map.of("Content-Type", "application/x-tar");

    @Autowired
    private Fleet.Paths hosts;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    private Caller staff = OPERATOR;
    private final FilesInMemory files = new FilesInMemory();
    private String address = "";

    @BeforeEach
    void makeAJail() {
        User user = users.create(
                OPERATOR, "u-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        staff = Caller.staff(user.id(), user.login(), Role.OWNER);
        api = api.by(new Credential.OfToken(tokens.issue(staff, new TokenRequest("files", staff.scopes(), null))
                .token()
                .id()));
        hosts.files(files);
        address = "/api/v1/jails/" + make("").get("id").asString() + "/files/archive?path=/srv";
    }

    @AfterEach
    void forget() {
        hosts.files(_ -> new FileResult.Refused(Reason.NO_FILES, "no kernel is here"));
    }

    /** One entry of an archive. */
    private record Entry(String name, char type, String target, String content) {}

    private static byte[] archive(List<Entry> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            for (Entry one : entries) {
                // The library would drop a slash at the beginning.
                TarArchiveEntry entry = new TarArchiveEntry(one.name(), (byte) one.type(), true);
                byte[] content = one.content().getBytes(StandardCharsets.UTF_8);
                entry.setSize(content.length);
                entry.setMode(04755);
                entry.setIds(33, 34);
                entry.setLinkName(one.target());
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private MvcTestResult put(byte[] archive) {
        return api.call(staff, HttpMethod.PUT, address, TAR, archive);
    }

    private List<FileRequest> changes() {
        return files.asked.stream()
                .filter(request -> !(request instanceof FileRequest.List))
                .toList();
    }

    @Test
    void makeFilesDirectoriesAndLinks() throws IOException {
        MvcTestResult answer = put(archive(List.of(
                new Entry("./", '5', "", ""),
                new Entry("./dir/", '5', "", ""),
                new Entry("./dir/file", '0', "", "x".repeat(100_000)),
                new Entry("dir/link", '2', "/etc/passwd", ""),
                new Entry("dir/copy", '1', "./dir/file", ""))));
        assertThat(answer).hasStatusOk();
        assertThat(json(answer).get("entries").asLong()).isEqualTo(5);
        assertThat(files.contents.get("/srv/dir/file")).asString().isEqualTo("x".repeat(100_000));
        assertThat(files.contents.get("/srv/dir/copy")).asString().isEqualTo("x".repeat(100_000));
        assertThat(files.uploads).isEmpty();
        assertThat(changes())
                .contains(
                        new FileRequest.MakeDirectory(path("/srv/dir")),
                        new FileRequest.MakeLink(path("/srv/dir/link"), "/etc/passwd"),
                        new FileRequest.SetOwner(path("/srv/dir/link"), 33, 34));
        assertThat(changes())
                .filteredOn(FileRequest.Write.class::isInstance)
                .map(request -> ((FileRequest.Write) request).end())
                .filteredOn(Optional::isPresent)
                .allSatisfy(end -> assertThat(end.orElseThrow().mode()).hasValue(0600));
    }

    @Test
    void placeEachFileWithItsOwnerAndPermissionsInsteadOfALink() throws IOException {
        assertThat(put(archive(List.of(new Entry("tool", '0', "", "#!"))))).hasStatusOk();
        List<FileRequest> changes = changes();
        assertThat(changes).hasSize(4);
        FilePath aside = changes.getFirst().path();
        assertThat(aside.text()).startsWith("/srv/.bailiwick-unpack-");
        assertThat(changes.subList(1, 4))
                .containsExactly(
                        new FileRequest.SetOwner(aside, 33, 34),
                        new FileRequest.SetMode(aside, 04755),
                        new FileRequest.Rename(aside, path("/srv/tool"), true));
        assertThat(files.contents).containsOnlyKeys("/srv/tool");
    }

    @Test
    void leaveNothingAsideIfAFileCannotBePlaced() throws IOException {
        hosts.files(request -> request instanceof FileRequest.Rename
                ? new FileResult.Refused(Reason.WRONG_KIND, "a directory is there")
                : files.apply(request));
        MvcTestResult answer = put(archive(List.of(new Entry("tool", '0', "", "#!"))));
        assertThat(answer).hasStatus(409);
        assertThat(json(answer).get("detail").asString()).startsWith("tool is not unpacked. ");
        List<FileRequest> changes = changes();
        assertThat(changes.getLast())
                .isEqualTo(new FileRequest.Remove(changes.getFirst().path()));
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void replaceLinksThatAreThere() throws IOException {
        byte[] tar = archive(List.of(new Entry("link", '2', "new", "")));
        FileEntry file = files.entry(path("/srv/link"));
        FileEntry link = new FileEntry(
                "link",
                FileKind.LINK,
                3,
                0777,
                file.owner(),
                file.group(),
                file.modified(),
                Optional.of("old"),
                false,
                "7-link");
        FileRequest make = new FileRequest.MakeLink(path("/srv/link"), "new");
        FileRequest remove = new FileRequest.Remove(path("/srv/link"));
        for (FileEntry there : List.of(file, link)) {
            files.asked.clear();
            hosts.files(request -> {
                FileResult result = files.apply(request);
                return switch (request) {
                    case FileRequest.Look _ -> new FileResult.Found(there);
                    case FileRequest.MakeLink _ ->
                        files.asked.contains(remove)
                                ? result
                                : new FileResult.Refused(Reason.EXISTS, "something is at the path");
                    default -> result;
                };
            });
            assertThat(put(tar)).hasStatus(there.equals(link) ? 200 : 409);
            assertThat(files.asked.contains(remove)).isEqualTo(there.equals(link));
        }
        assertThat(changes()).containsSubsequence(make, remove, make);
    }

    @Test
    void endAtTheEntryThatIsRefused() throws IOException {
        hosts.files(request -> request instanceof FileRequest.Write write
                        && new String(write.bytes().bytes(), StandardCharsets.UTF_8).equals("two")
                ? new FileResult.Refused(Reason.NO_SPACE, "the disk of the host, or the share of the jail, is full")
                : files.apply(request));
        MvcTestResult answer = put(archive(List.of(
                new Entry("one", '0', "", "one"), new Entry("two", '0', "", "two"), new Entry("../", '5', "", ""))));
        assertThat(answer).hasStatus(507);
        assertThat(json(answer).get("detail").asString()).startsWith("two is not unpacked. ");
        assertThat(files.contents).containsOnlyKeys("/srv/one");
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void putDirectoriesInThePlaceOfLinksAsGnuTarDoes() throws IOException {
        FileRequest make = new FileRequest.MakeDirectory(path("/srv/dir"));
        FileRequest remove = new FileRequest.Remove(path("/srv/dir"));
        FileEntry file = files.entry(path("/srv/dir"));
        for (FileKind there : FileKind.values()) {
            files.asked.clear();
            hosts.files(request -> {
                FileResult result = files.apply(request);
                return switch (request) {
                    case FileRequest.Look _ ->
                        new FileResult.Found(new FileEntry(
                                "dir",
                                there,
                                3,
                                0777,
                                file.owner(),
                                file.group(),
                                file.modified(),
                                there == FileKind.LINK ? Optional.of("old") : Optional.empty(),
                                false,
                                "7-dir"));
                    case FileRequest.MakeDirectory _
                    when !files.asked.contains(remove) ->
                        new FileResult.Refused(Reason.EXISTS, "something is at the path");
                    default -> result;
                };
            });
            boolean isUnpacked = there == FileKind.DIRECTORY || there == FileKind.LINK;
            assertThat(put(archive(List.of(new Entry("dir", '5', "", "")))))
                    .as(there.text())
                    .hasStatus(isUnpacked ? 200 : 409);
            assertThat(files.asked.contains(remove)).isEqualTo(there == FileKind.LINK);
            if (isUnpacked) {
                assertThat(changes())
                        .contains(make)
                        .endsWith(
                                new FileRequest.SetOwner(path("/srv/dir"), 33, 34),
                                new FileRequest.SetMode(path("/srv/dir"), 04755));
            }
        }
    }

    private static FilePath path(String text) {
        return FilePath.parse(text);
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/passwd, is absolute",
        "../etc/passwd, leads upwards",
        "a/../../b, leads upwards",
        "a/.., leads upwards",
        "., would replace the directory itself",
    })
    void neverLeadOutByAName(String name, String why) throws IOException {
        MvcTestResult answer = put(archive(List.of(new Entry(name, '0', "", "x"))));
        assertThat(answer).hasStatus(422);
        assertThat(json(answer).get("type").asString()).isEqualTo("/problems/invalid-archive");
        assertThat(json(answer).get("detail").asString()).contains(name, why);
        assertThat(changes()).isEmpty();
    }

    @Test
    void neverLeadOutThroughALinkOfTheArchive() throws IOException {
        for (String through : List.of("out/x", "./out/x", "out//./x", "out")) {
            MvcTestResult answer =
                    put(archive(List.of(new Entry("out", '2', "/etc", ""), new Entry(through, '0', "", "x"))));
            assertThat(answer).as(through).hasStatus(422);
            assertThat(json(answer).get("detail").asString()).contains("link");
        }
        MvcTestResult second =
                put(archive(List.of(new Entry("out", '2', "/etc/shadow", ""), new Entry("copy", '1', "out", ""))));
        assertThat(second).hasStatus(422);
        assertThat(put(archive(List.of(new Entry("copy", '1', "../../etc/shadow", "")))))
                .hasStatus(422);
        assertThat(files.contents).isEmpty();
    }

    @Test
    void areRefusedAsWholeIfTheyAreNone() {
        assertThat(put("no tar at all, but long enough to be a block of one. "
                        .repeat(20)
                        .getBytes(StandardCharsets.UTF_8)))
                .hasStatus(422);
        assertThat(put(new byte[0])).hasStatus(422);
        assertThat(api.call(staff, HttpMethod.PUT, address, Map.of("Content-Type", "application/zip"), new byte[1]))
                .hasStatus(415);
        assertThat(changes()).isEmpty();
    }

    @Test
    void leaveNoUploadBehindIfTheyEndEarly() throws IOException {
        byte[] whole = archive(List.of(new Entry("file", '0', "", "x".repeat(100_000))));
        assertThat(put(Arrays.copyOf(whole, 90_000))).hasStatus(422);
        assertThat(files.contents).isEmpty();
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void endWhereTheDiskIsFull() throws IOException {
        hosts.files(request -> request instanceof FileRequest.Write
                ? new FileResult.Refused(Reason.NO_SPACE, "the disk of the host, or the share of the jail, is full")
                : files.apply(request));
        MvcTestResult answer = put(archive(List.of(new Entry("dir/file", '0', "", "x"))));
        assertThat(answer).hasStatus(507);
        assertThat(json(answer).get("detail").asString()).startsWith("dir/file is not unpacked. ");
    }

    @Test
    void haveABoundedNumberOfEntries() throws IOException {
        byte[] one = archive(List.of(new Entry("./", '5', "", "")));
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 100_001; i++) {
            many.write(one, 0, 512);
        }
        MvcTestResult answer = put(many.toByteArray());
        assertThat(answer).hasStatus(422);
        assertThat(json(answer).get("detail").asString()).contains("more than 100000 entries");
    }
}
