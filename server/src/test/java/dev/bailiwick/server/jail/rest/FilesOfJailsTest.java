package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The files of jails by the API, with a host that has them in memory. */
class FilesOfJailsTest extends JailApi {

    private static final Map<String, String> BYTES = Map.of("Content-Type", "application/octet-stream");
    private static final String UPLOAD = "&upload=upload-1";

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
                OPERATOR, "f-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        staff = Caller.staff(user.id(), user.login(), Role.OWNER);
        api = api.by(new Credential.OfToken(tokens.issue(staff, new TokenRequest("files", staff.scopes(), null))
                .token()
                .id()));
        hosts.files(files);
        address = "/api/v1/jails/" + make("").get("id").asString() + "/files";
    }

    @AfterEach
    void forget() {
        hosts.files(_ -> new FileResult.Refused(Reason.NO_FILES, "no kernel is here"));
    }

    private MvcTestResult get(String more) {
        return call(staff, HttpMethod.GET, address + more, Map.of(), "");
    }

    private MvcTestResult post(String action, String body) {
        return call(staff, HttpMethod.POST, address + action, Map.of(), body);
    }

    /** An event can be read once it is sealed, a few milliseconds after the answer. */
    private void awaitEvent(String action) {
        String jail = address.split("/", -1)[4];
        await().untilAsserted(() -> assertThat(
                        jdbc.sql("SELECT count(*) FROM audit_event WHERE action = ? AND subject_id = ?")
                                .params(action, jail)
                                .query(Long.class)
                                .single())
                .as(action)
                .isOne());
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @Test
    void areWrittenAndReadWhole() {
        byte[] content = random(1_300_000);
        MvcTestResult written = api.call(staff, HttpMethod.PUT, address + "/content?path=/srv/big", BYTES, content);
        assertThat(written).hasStatus(200);
        assertThat(json(written).get("size").asLong()).isEqualTo(content.length);
        assertThat(files.contents.get("/srv/big")).isEqualTo(content);
        assertThat(files.uploads).isEmpty();

        MvcTestResult read = get("/content?path=/srv/big");
        assertThat(read).hasStatus(200);
        assertThat(read.getResponse().getContentAsByteArray()).isEqualTo(content);
        assertThat(tag(read)).isEqualTo(tag(written));
        assertThat(read.getResponse().getHeader("Content-Disposition")).startsWith("attachment;");
        assertThat(read.getResponse().getHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(read.getResponse().getContentType()).isEqualTo("application/octet-stream");
        awaitEvent("jail.file-written");
    }

    @Test
    void areReadInRangesWithoutTheRest() {
        byte[] content = random(2_000_000);
        files.contents.put("/srv/big", content);
        MvcTestResult part = call(
                staff,
                HttpMethod.GET,
                address + "/content?path=/srv/big",
                Map.of("Range", "bytes=1500000-1500009"),
                "");
        assertThat(part).hasStatus(206);
        assertThat(part.getResponse().getHeader("Content-Range")).isEqualTo("bytes 1500000-1500009/2000000");
        assertThat(part.getResponse().getContentAsByteArray())
                .isEqualTo(Arrays.copyOfRange(content, 1_500_000, 1_500_010));
        assertThat(files.asked)
                .filteredOn(FileRequest.Read.class::isInstance)
                .extracting(request -> ((FileRequest.Read) request).offset())
                .containsOnly(0L, 1_500_000L);
    }

    @Test
    void areReadWholeIfTheRangeIsOfAnotherVersion() {
        files.contents.put("/srv/big", random(100_000));
        String seen = tag(get("/content?path=/srv/big"));
        Map<String, String> same = Map.of("Range", "bytes=5-9", "If-Range", seen);
        assertThat(call(staff, HttpMethod.GET, address + "/content?path=/srv/big", same, ""))
                .hasStatus(206);
        Map<String, String> other = Map.of("Range", "bytes=5-9", "If-Range", "\"7-other\"");
        MvcTestResult whole = call(staff, HttpMethod.GET, address + "/content?path=/srv/big", other, "");
        assertThat(whole).hasStatus(200);
        assertThat(whole.getResponse().getContentAsByteArray()).hasSize(100_000);
        assertThat(whole.getResponse().getHeader("Content-Length")).isEqualTo("100000");
    }

    @Test
    void areNotReadForTheirHeaders() {
        files.contents.put("/srv/big", random(100_000));
        MvcTestResult head = call(staff, HttpMethod.HEAD, address + "/content?path=/srv/big", Map.of(), "");
        assertThat(head).hasStatus(200);
        assertThat(head.getResponse().getHeader("Content-Length")).isEqualTo("100000");
        assertThat(head.getResponse().getHeader("ETag")).isEqualTo(tag(get("/content?path=/srv/big")));
        assertThat(files.asked.getFirst()).isEqualTo(new FileRequest.Read(FilePath.parse("/srv/big"), 0, 0));
        assertThat(files.asked.get(1)).isEqualTo(new FileRequest.Read(FilePath.parse("/srv/big"), 0, 0));
    }

    @Test
    void areReadAndReplacedOnlyInTheVersionThatWasSeen() {
        files.contents.put("/srv/page", "old".getBytes(StandardCharsets.UTF_8));
        String seen = tag(get("/content?path=/srv/page"));
        Map<String, String> other = Map.of("If-Match", "\"7-other\"");
        assertThat(call(staff, HttpMethod.GET, address + "/content?path=/srv/page", other, ""))
                .hasStatus(412);
        assertThat(call(staff, HttpMethod.GET, address + "/content?path=/srv/page", Map.of("If-Match", seen), ""))
                .hasStatus(200);
        assertThat(call(
                        staff,
                        HttpMethod.PUT,
                        address + "/content?path=/srv/page&mode=0600",
                        Map.of("If-Match", seen, "Content-Type", "application/octet-stream"),
                        "new"))
                .hasStatus(200);
        FileRequest.Write write = (FileRequest.Write) files.asked.getLast();
        assertThat(write.end().orElseThrow().version()).hasValue(seen.replace("\"", ""));
        assertThat(write.end().orElseThrow().mode()).hasValue(0600);
        MvcTestResult exists = call(
                staff,
                HttpMethod.PUT,
                address + "/content?path=/srv/page",
                Map.of("If-None-Match", "*", "Content-Type", "application/octet-stream"),
                "x");
        assertThat(exists).hasStatus(409);
        assertThat(json(exists).get("type").asString()).isEqualTo("/problems/file-already-exists");
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void areUploadedInParts() {
        String upload = address + "/content?path=/srv/up" + UPLOAD;
        assertThat(json(api.call(staff, HttpMethod.PATCH, upload, BYTES, random(600_000)))
                        .get("size")
                        .asLong())
                .isEqualTo(600_000);
        assertThat(json(get("/upload?path=/srv/up" + UPLOAD)).get("size").asLong())
                .isEqualTo(600_000);
        assertThat(api.call(staff, HttpMethod.PATCH, upload + "&offset=7", BYTES, random(1)))
                .hasStatus(412);
        MvcTestResult ended =
                api.call(staff, HttpMethod.PATCH, upload + "&offset=600000&end=true", BYTES, random(600_000));
        assertThat(ended).hasStatus(200);
        assertThat(json(ended).at("/file/size").asLong()).isEqualTo(1_200_000);
        assertThat(files.contents.get("/srv/up")).hasSize(1_200_000);
        assertThat(api.call(staff, HttpMethod.PATCH, upload, BYTES, random(10))).hasStatus(200);
        assertThat(call(staff, HttpMethod.DELETE, address + "/upload?path=/srv/up" + UPLOAD, Map.of(), ""))
                .hasStatus(200);
        awaitEvent("jail.upload-removed");
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void areListedFoundAndChanged() {
        files.contents.put("/srv/back\\\\slash", new byte[3]);
        MvcTestResult listed = get("?path=/srv&limit=5");
        assertThat(json(listed).at("/entries/0/name").asString()).isEqualTo("back\\\\slash");
        assertThat(json(listed).at("/entries/0/mode").asString()).isEqualTo("0644");
        assertThat(json(listed).at("/entries/0/owner").asInt()).isEqualTo(33);
        assertThat(json(listed).at("/entries/0").has("group")).isFalse();
        assertThat(json(listed).get("next").asLong()).isEqualTo(42);
        assertThat(json(get(":search?text=slash")).at("/matches/0/path").asString())
                .isEqualTo("/srv/back\\\\slash");
        assertThat(json(get("/entry?path=/srv/x")).get("name").asString()).isEqualTo("x");

        assertThat(post(":mkdir", "{\"path\": \"/srv/d\"}")).hasStatus(200);
        assertThat(post(":link", "{\"path\": \"/srv/l\", \"target\": \"d\"}")).hasStatus(200);
        assertThat(json(post(":rename", "{\"path\": \"/srv/d\", \"to\": \"/srv/e\"}"))
                        .get("name")
                        .asString())
                .isEqualTo("e");
        assertThat(post(":mode", "{\"path\": \"/srv/e\", \"mode\": \"750\"}")).hasStatus(200);
        assertThat(post(":owner", "{\"path\": \"/srv/e\", \"owner\": 33, \"group\": 34}"))
                .hasStatus(200);
        files.removals = 3;
        assertThat(json(post(":remove", "{\"path\": \"/srv/e\"}"))).hasToString("{\"files\":30,\"complete\":true}");
        for (String action : new String[] {
            "directory-created", "link-created", "file-renamed", "file-mode-set", "file-owner-set", "file-removed"
        }) {
            awaitEvent("jail." + action);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, 404, file-not-found",
        "EXISTS, 409, file-already-exists",
        "WRONG_KIND, 409, file-unsuitable",
        "MOUNTED, 409, file-unsuitable",
        "NOT_ALLOWED, 409, file-unsuitable",
        "CHANGED, 412, file-changed",
        "NO_SPACE, 507, no-space-for-files",
        "INVALID, 422, invalid-request",
        "BUSY, 503, files-unreachable",
        "NO_FILES, 409, no-files-yet"
    })
    void sayWhyTheyCannotBeReached(Reason reason, int status, String type) {
        hosts.files(_ -> new FileResult.Refused(reason, "of this"));
        MvcTestResult refused = post(":mkdir", "{\"path\": \"/srv/d\"}");
        assertThat(refused).hasStatus(status);
        assertThat(json(refused).get("type").asString()).isEqualTo("/problems/" + type);
        assertThat(json(refused).get("detail").asString()).contains("of this");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /entry, /path",
        "GET, /entry?path=srv, /path",
        "GET, /entry?path=/srv/../etc, /path",
        "GET, /entry?path=/srv/%00, /path",
        "GET, ?path=/srv&limit=0, /limit",
        "GET, :search?path=/, /text",
        "PUT, /content?path=/srv/x&mode=9, /mode",
        "PATCH, /content?path=/srv/x, /upload",
        "PATCH, /content?path=/srv/x&upload=UPPER-CASE, /upload",
        "PATCH, /content?path=/srv/x&upload=upload-1&offset=-1, /offset"
    })
    void nameTheFieldThatIsWrong(HttpMethod method, String more, String pointer) {
        MvcTestResult refused = call(staff, method, address + more, BYTES, "");
        assertThat(refused).hasStatus(422);
        assertThat(json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
        assertThat(files.asked).isEmpty();
    }

    @Test
    void refuseAForm() {
        MvcTestResult form = call(
                staff,
                HttpMethod.PUT,
                address + "/content?path=/srv/x",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "a=b");
        assertThat(form).hasStatus(415);
        assertThat(files.asked).isEmpty();
    }
}
