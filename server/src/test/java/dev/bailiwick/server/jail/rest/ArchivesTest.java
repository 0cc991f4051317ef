package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Directories of jails as archives, with a host that has a tree in memory. */
class ArchivesTest extends JailApi {

    @Autowired
    private Fleet.Paths hosts;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    private Caller staff = OPERATOR;
    private final Tree tree = new Tree();
    private String address = "";

    /** A host with directories; each path has its entry. */
    private static final class Tree implements Function<FileRequest, FileResult> {

        final Map<String, FileEntry> entries = new TreeMap<>();
        final Map<String, byte[]> contents = new TreeMap<>();
        final List<FileRequest> asked = new ArrayList<>();

        void put(String path, FileKind kind, byte[] content, String target) {
            FilePath at = FilePath.parse(path);
            contents.put(path, content);
            entries.put(
                    path,
                    new FileEntry(
                            at.name(),
                            kind,
                            content.length,
                            kind == FileKind.DIRECTORY ? 0755 : 04640,
                            OptionalInt.of(33),
                            OptionalInt.of(65_535),
                            Instant.ofEpochSecond(1_700_000_000),
                            kind == FileKind.LINK ? Optional.of(target) : Optional.empty(),
                            false,
                            Integer.toHexString(path.hashCode()) + "-1"));
        }

        @Override
        public FileResult apply(FileRequest request) {
            asked.add(request);
            FileEntry entry = entries.get(request.path().text());
            if (entry == null) {
                return new FileResult.Refused(Reason.NOT_FOUND, "nothing is at the path");
            }
            return switch (request) {
                case FileRequest.Look _ -> new FileResult.Found(entry);
                case FileRequest.List(FilePath path, long after, int limit) -> {
                    List<FileEntry> all = entries.entrySet().stream()
                            .filter(one -> !one.getKey().equals("/")
                                    && FilePath.parse(one.getKey()).parent().equals(path))
                            .map(Map.Entry::getValue)
                            .toList();
                    int end = (int) Math.min(all.size(), after + limit);
                    yield new FileResult.Entries(
                            all.subList((int) after, end),
                            end < all.size() ? Optional.of((long) end) : Optional.empty());
                }
                case FileRequest.Read(FilePath path, long offset, int length) -> {
                    byte[] content = contents.getOrDefault(path.text(), new byte[0]);
                    int from = (int) Math.min(offset, content.length);
                    yield new FileResult.Content(
                            new FileBytes(Arrays.copyOfRange(content, from, Math.min(content.length, from + length))),
                            entry);
                }
                default -> throw new AssertionError(request);
            };
        }
    }

    @BeforeEach
    void makeAJail() {
        User user = users.create(
                OPERATOR, "t-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        staff = Caller.staff(user.id(), user.login(), Role.OWNER);
        api = api.by(new Credential.OfToken(tokens.issue(staff, new TokenRequest("files", staff.scopes(), null))
                .token()
                .id()));
        hosts.files(tree);
        address = "/api/v1/jails/" + make("").get("id").asString() + "/files/archive";
        tree.put("/", FileKind.DIRECTORY, new byte[0], "");
        tree.put("/srv", FileKind.DIRECTORY, new byte[0], "");
    }

    @AfterEach
    void forget() {
        hosts.files(_ -> new FileResult.Refused(Reason.NO_FILES, "no kernel is here"));
    }

    private MvcTestResult get(String path) {
        return call(staff, HttpMethod.GET, address + "?path=" + path, Map.of(), "");
    }

    /** Returns the entries by their names, with their contents. */
    private static Map<String, TarArchiveEntry> read(byte[] tar, Map<String, byte[]> contents) throws IOException {
        Map<String, TarArchiveEntry> entries = new LinkedHashMap<>();
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new ByteArrayInputStream(tar), StandardCharsets.ISO_8859_1.name())) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String name = FileName.text(entry.getName().getBytes(StandardCharsets.ISO_8859_1));
                entries.put(name, entry);
                contents.put(name, in.readAllBytes());
            }
        }
        return entries;
    }

    @Test
    void haveEverythingThatATarCanHold() throws IOException {
        byte[] big = new byte[100_000];
        Arrays.fill(big, (byte) 'x');
        String odd = "/srv/\\xff\\x0a é" + "n".repeat(240);
        tree.put(odd, FileKind.FILE, "odd".getBytes(StandardCharsets.UTF_8), "");
        tree.put("/srv/big", FileKind.FILE, big, "");
        tree.put("/srv/link", FileKind.LINK, new byte[0], "../\\xff" + "t".repeat(200));
        tree.put("/srv/pipe", FileKind.FIFO, new byte[0], "");
        tree.put("/srv/socket", FileKind.SOCKET, new byte[0], "");
        tree.put("/srv/tty", FileKind.DEVICE, new byte[0], "");
        for (int i = 0; i < 450; i++) {
            tree.put("/srv/d" + i, FileKind.DIRECTORY, new byte[0], "");
            tree.put("/srv/d" + i + "/f", FileKind.FILE, new byte[i], "");
        }
        MvcTestResult answer = get("/srv");
        assertThat(answer).hasStatusOk();
        assertThat(answer.getResponse().getContentType()).isEqualTo("application/x-tar");
        assertThat(answer.getResponse().getHeader("Content-Disposition")).contains("attachment", "srv.tar");
        Map<String, byte[]> contents = new TreeMap<>();
        Map<String, TarArchiveEntry> entries = read(answer.getResponse().getContentAsByteArray(), contents);
        assertThat(entries).hasSize(1 + 3 + 900);
        assertThat(entries.keySet().iterator().next()).isEqualTo("srv/");
        assertThat(contents.get(odd.substring(1))).asString().isEqualTo("odd");
        assertThat(contents.get("srv/big")).isEqualTo(big);
        assertThat(contents.get("srv/d449/f")).hasSize(449);
        TarArchiveEntry link = entries.get("srv/link");
        assertThat(link).isNotNull();
        assertThat(FileName.text(link.getLinkName().getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("../\\xff" + "t".repeat(200));
        TarArchiveEntry file = entries.get("srv/big");
        assertThat(file).isNotNull();
        assertThat(file.getMode() & 07777).isEqualTo(04640);
        assertThat(file.getLongUserId()).isEqualTo(33);
        assertThat(file.getLongGroupId()).isEqualTo(65_535);
        assertThat(file.getLastModifiedTime().toInstant()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(entries).doesNotContainKeys("srv/pipe", "srv/socket", "srv/tty");
    }

    @Test
    void leaveOutWhatIsGoneOrCannotBeRead() throws IOException {
        tree.put("/srv/gone", FileKind.FILE, new byte[1], "");
        tree.put("/srv/inner", FileKind.DIRECTORY, new byte[0], "");
        tree.put("/srv/last", FileKind.FILE, new byte[1], "");
        hosts.files(request -> switch (request) {
            case FileRequest.Read read
            when read.path().name().equals("gone") ->
                new FileResult.Refused(Reason.NOT_FOUND, "nothing is at the path");
            case FileRequest.List list
            when list.path().name().equals("inner") ->
                new FileResult.Refused(Reason.NOT_ALLOWED, "it is not the jail's");
            default -> tree.apply(request);
        });
        assertThat(read(get("/srv").getResponse().getContentAsByteArray(), new TreeMap<>()))
                .containsOnlyKeys("srv/", "srv/inner/", "srv/last");
    }

    @Test
    void endWithoutAnEndIfAFileIsCutMeanwhile() {
        tree.put("/srv/log", FileKind.FILE, new byte[100_000], "");
        hosts.files(request -> {
            if (request instanceof FileRequest.Read read && read.offset() > 0) {
                tree.contents.put("/srv/log", new byte[5]);
            }
            return tree.apply(request);
        });
        assertThat(get("/srv").getUnresolvedException()).hasStackTraceContaining("was replaced or cut");
    }

    @Test
    void areOnlyOfDirectories() {
        tree.put("/srv/file", FileKind.FILE, new byte[1], "");
        assertThat(get("/srv/file")).hasStatus(409);
        assertThat(get("/srv/nothing")).hasStatus(404);
        assertThat(call(staff, HttpMethod.GET, address, Map.of(), "")).hasStatus(422);
        MvcTestResult head = call(staff, HttpMethod.HEAD, address + "?path=/srv", Map.of(), "");
        assertThat(head).hasStatusOk();
        assertThat(head.getResponse().getContentAsByteArray()).isEmpty();
        assertThat(get("/").getResponse().getHeader("Content-Disposition")).contains("root.tar");
    }
}
