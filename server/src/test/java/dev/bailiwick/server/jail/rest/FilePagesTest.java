package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.file.FileEntry;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The pages of the files of a jail, with a host that has them in memory. */
class FilePagesTest extends JailApi {

    private static final String HELD = "/srv/.bailiwick-undo-0123456789abcdef/old";

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
                OPERATOR, "p-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        staff = Caller.staff(user.id(), user.login(), Role.OWNER);
        api = api.by(new Credential.OfToken(tokens.issue(staff, new TokenRequest("files", staff.scopes(), null))
                .token()
                .id()));
        hosts.files(files);
        address = "/jails/" + make("").get("id").asString() + "/files";
    }

    @AfterEach
    void forget() {
        hosts.files(_ -> new FileResult.Refused(Reason.NO_FILES, "no kernel is here"));
    }

    private MvcTestResult get(String more) {
        return call(staff, HttpMethod.GET, address + more, Map.of(), "");
    }

    private MvcTestResult post(String action, String fields) {
        return call(staff, HttpMethod.POST, address + "/" + action + "?" + fields, Map.of(), "");
    }

    private static FilePath path(String text) {
        return FilePath.parse(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)",
                "\" onmouseover=alert(1) x=\"",
                " spaces ",
                "-rf",
                "line\\x0abreak",
                "\\xff\\xfe",
                "a&b=c+d%2f#?",
                "${7*7}",
                "__${7*7}__"
            })
    void showAndActUponOddNamesExactly(String name) {
        String file = "/srv/" + name;
        files.contents.put(file, "hello".getBytes(StandardCharsets.UTF_8));
        String asked = URLEncoder.encode(file, StandardCharsets.UTF_8).replace("+", "%20");
        MvcTestResult list = get("?path=/srv");
        assertThat(list).hasStatusOk();
        assertThat(list).bodyText().doesNotContain("<script>alert", "\" onmouseover=alert");
        assertThat(text(list)).contains(">" + name + "<");
        MvcTestResult page = get("/entry?path=" + asked);
        assertThat(page).hasStatusOk();
        assertThat(text(page)).contains(name, "user 33, group of the host");
        assertThat(get("/content?path=" + asked)).hasStatusOk().bodyText().isEqualTo("hello");
        assertThat(post("mode", "path=" + asked + "&bit=256&bit=128&bit=4")).hasStatus(302);
        assertThat(files.asked.getLast()).isEqualTo(new FileRequest.SetMode(path(file), 0604));
        MvcTestResult renamed = post("rename", "path=" + asked + "&to=/srv/x");
        assertThat(renamed).hasStatus(302).hasRedirectedUrl(address + "/entry?path=%2Fsrv%2Fx");
        assertThat(files.asked.getLast()).isEqualTo(new FileRequest.Rename(path(file), path("/srv/x"), false));
    }

    /** Returns what a browser would show, roughly. */
    private static String text(MvcTestResult page) {
        return org.springframework.web.util.HtmlUtils.htmlUnescape(
                new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8));
    }

    @Test
    void moveAsideWhatIsRemovedAndRestoreIt() {
        assertThat(post("remove", "path=/srv/old")).hasStatus(302).hasRedirectedUrl(address + "?path=%2Fsrv");
        FileRequest.MakeDirectory holder = (FileRequest.MakeDirectory) files.asked.get(files.asked.size() - 3);
        assertThat(holder.path().text()).matches("/srv/\\.bailiwick-undo-[0-9a-f]{16}");
        assertThat(files.asked.get(files.asked.size() - 2)).isEqualTo(new FileRequest.SetMode(holder.path(), 0700));
        assertThat(files.asked.getLast())
                .isEqualTo(
                        new FileRequest.Rename(path("/srv/old"), holder.path().child("old"), false));

        haveEmptyDirectories();
        assertThat(post("restore", "path=" + HELD)).hasStatus(302);
        assertThat(files.asked.get(files.asked.size() - 2))
                .isEqualTo(new FileRequest.Rename(path(HELD), path("/srv/old"), false));
        assertThat(files.asked.getLast())
                .isEqualTo(new FileRequest.Remove(path(HELD).parent()));
        assertThat(post("restore", "path=/srv/old")).hasStatus(422);
    }

    private void haveEmptyDirectories() {
        hosts.files(request -> request instanceof FileRequest.List
                ? new FileResult.Entries(List.of(), Optional.empty())
                : files.apply(request));
    }

    private void haveNoRename(Reason reason, List<FileEntry> entries) {
        hosts.files(request -> switch (request) {
            case FileRequest.Rename _ -> new FileResult.Refused(reason, "it is not the jail's");
            case FileRequest.List _ -> new FileResult.Entries(entries, Optional.empty());
            default -> files.apply(request);
        });
    }

    @Test
    void leaveNoDirectoryBehindIfAFileCannotBeMovedAside() {
        haveNoRename(Reason.NOT_ALLOWED, List.of());
        assertThat(post("remove", "path=/srv/old")).hasStatus(409).bodyText().contains("it is not the jail&#39;s");
        assertThat(files.asked.stream().anyMatch(FileRequest.Remove.class::isInstance))
                .isTrue();
    }

    @Test
    void removeNoDirectoryInWhichAFileIsOrMayBe() {
        haveNoRename(Reason.EXISTS, List.of(files.entry(path(HELD))));
        assertThat(post("remove", "path=/srv/old")).hasStatus(409);
        haveNoRename(Reason.BUSY, List.of());
        assertThat(post("remove", "path=/srv/old")).hasStatus(503);
        hosts.files(request -> request instanceof FileRequest.List
                ? new FileResult.Entries(List.of(), Optional.of(7L))
                : files.apply(request));
        assertThat(post("restore", "path=" + HELD)).hasStatus(302);
        hosts.files(request -> request instanceof FileRequest.List
                ? new FileResult.Refused(Reason.BUSY, "the jail starts")
                : files.apply(request));
        assertThat(post("restore", "path=" + HELD)).hasStatus(302);
        assertThat(files.asked).noneMatch(FileRequest.Remove.class::isInstance);
    }

    @Test
    void deleteForGoodWithTheDirectoryThatHeldIt() {
        assertThat(get("/delete?path=" + HELD)).hasStatusOk().bodyText().contains("cannot be undone");
        files.removals = 3;
        haveEmptyDirectories();
        assertThat(post("delete", "path=" + HELD)).hasStatus(302).hasRedirectedUrl(address + "?path=%2Fsrv");
        assertThat(files.asked)
                .containsSubsequence(
                        new FileRequest.Remove(path(HELD)),
                        new FileRequest.Remove(path(HELD).parent()));
        files.asked.clear();
        files.removals = 1;
        hosts.files(files);
        assertThat(post("delete", "path=" + HELD)).hasStatus(302);
        assertThat(files.asked).doesNotContain(new FileRequest.Remove(path(HELD).parent()));
    }

    @Test
    void showWhatIsWrongBesideItsField() {
        MvcTestResult made = post("mkdir", "path=/srv&name=a/b");
        assertThat(made).hasStatus(422).bodyText().contains("name-error", "value=\"a/b\"", "must not contain a slash");
        MvcTestResult renamed = post("rename", "path=/srv/x&to=relative");
        assertThat(renamed).hasStatus(422).bodyText().contains("to-error", "value=\"relative\"");
        assertThat(post("mode", "path=/srv/x&bit=65536"))
                .hasStatus(422)
                .bodyText()
                .contains("bit-error");
        assertThat(post("mkdir", "path=/srv&name=fresh")).hasStatus(302);
        assertThat(files.asked.getLast()).isEqualTo(new FileRequest.MakeDirectory(path("/srv/fresh")));
        assertThat(get("?path=relative")).hasStatus(422);
        assertThat(get("?path=/srv&other=1")).hasStatus(400);
    }

    @ParameterizedTest
    @CsvSource({"BUSY, 503", "NO_FILES, 409", "MOUNTED, 409", "NOT_FOUND, 404"})
    void sayWhyADirectoryCannotBeShown(Reason reason, int status) {
        hosts.files(_ -> new FileResult.Refused(reason, "of this"));
        assertThat(get("?path=/tmp")).hasStatus(status).bodyText().contains("of this", "path=/");
        assertThat(get("/entry?path=/tmp/x")).hasStatus(status).bodyText().contains("of this");
    }

    @Test
    void replaceOnlyTheTextThatWasShown() {
        files.contents.put("/srv/conf", "\r\none\r\ntwo\r\n".getBytes(StandardCharsets.UTF_8));
        MvcTestResult shown = get("/edit?path=/srv/conf");
        assertThat(shown).hasStatusOk();
        String version = text(shown).replaceFirst("(?s).*name=\"version\" value=\"([^\"]+)\".*", "$1");
        assertThat(text(shown)).contains("\n\none\ntwo\n</textarea>", "name=\"crlf\" value=\"true\"");
        String saved = "path=/srv/conf&crlf=true&version=" + version + "&text="
                + URLEncoder.encode("a\r\nb", StandardCharsets.UTF_8);
        assertThat(post("edit", saved)).hasStatus(302).hasRedirectedUrl(address + "/edit?path=%2Fsrv%2Fconf");
        assertThat(files.contents.get("/srv/conf")).asString().isEqualTo("a\r\nb");
        FileRequest.Write write = (FileRequest.Write) files.asked.getLast();
        assertThat(write.end().orElseThrow().version()).hasValue(version);

        hosts.files(request ->
                request instanceof FileRequest.Write changed && changed.end().isPresent()
                        ? new FileResult.Refused(Reason.CHANGED, "it has another version")
                        : files.apply(request));
        MvcTestResult late = post("edit", saved);
        assertThat(late).hasStatus(412).bodyText().contains("id=\"changed\"");
        String now = text(late).replaceFirst("(?s).*name=\"version\" value=\"([^\"]+)\".*", "$1");
        assertThat(now).isNotEqualTo(version);
        assertThat(text(late)).contains("\na\nb</textarea>");
        files.contents.remove("/srv/conf");
        MvcTestResult gone = post("edit", saved);
        assertThat(gone).hasStatus(404).bodyText().contains("nothing is at the path", "\na\nb</textarea>");
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void doNotEditWhatAFormWouldChange() {
        files.contents.put("/srv/binary", new byte[] {0, 1, 2});
        assertThat(get("/edit?path=/srv/binary"))
                .hasStatusOk()
                .bodyText()
                .contains("64 KiB")
                .doesNotContain("<textarea");
        assertThat(post("edit", "path=/srv/binary&text=x")).hasStatus(422);
    }

    @Test
    void findByName() {
        files.contents.put("/srv/a/needle", new byte[1]);
        assertThat(get("?path=/srv&text=needle")).hasStatusOk().bodyText().contains("/srv/a/needle");
    }

    @Test
    void areLinkedFromTheJailForThoseWhoHaveTheRight() {
        String jail = address.replaceFirst("/files$", "");
        assertThat(call(staff, HttpMethod.GET, jail, Map.of(), "")).bodyText().contains(address);
    }
}
