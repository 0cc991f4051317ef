package dev.bailiwick.server.jail.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** An archive or a file of which only a part arrives, over real connections: no client takes it for the whole. */
@WebTest
class CutArchivesTest {

    private static final int BYTES = 2_000_000;

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private OpenStreams streams;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Fleet.Paths hosts;

    private JailId jail;
    private String secret;
    private Runnable halfway = () -> {};
    private boolean isAway;

    @BeforeEach
    void aDirectoryWithAFile() {
        CustomerId customer = fixtures.customer();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        User owner = users.create(
                Fleet.OPERATOR, "cut-" + UUID.randomUUID(), "correct horse battery", new Membership.Of(customer));
        Caller caller = users.inSession(owner.id()).orElseThrow();
        secret = tokens.issue(caller, new TokenRequest("files", Set.of(Scope.JAILS_READ, Scope.JAILS_FILES), null))
                .secret();
        hosts.files(this::answer);
    }

    @AfterEach
    void forget() {
        hosts.files(_ -> new FileResult.Refused(Reason.NO_FILES, "no kernel is here"));
    }

    private FileResult answer(FileRequest request) {
        FileEntry file = entry("file", FileKind.FILE, BYTES);
        return switch (request) {
            case FileRequest.Look(var path) ->
                new FileResult.Found(path.text().equals("/srv/file") ? file : entry("srv", FileKind.DIRECTORY, 0));
            case FileRequest.List _ -> new FileResult.Entries(List.of(file), Optional.empty());
            case FileRequest.Read(var _, long offset, int length) -> {
                if (offset > BYTES / 2) {
                    halfway.run();
                }
                yield isAway
                        ? new FileResult.Refused(Reason.BUSY, "the jail starts")
                        : new FileResult.Content(new FileBytes(new byte[Math.clamp(BYTES - offset, 0, length)]), file);
            }
            default -> throw new AssertionError(request);
        };
    }

    private static FileEntry entry(String name, FileKind kind, long size) {
        return new FileEntry(
                name,
                kind,
                size,
                0644,
                OptionalInt.of(0),
                OptionalInt.of(0),
                Instant.ofEpochSecond(1_700_000_000),
                Optional.empty(),
                false,
                name);
    }

    @ParameterizedTest
    @CsvSource({
        "archive?path=/srv,identity,HTTP_1_1",
        "archive?path=/srv,identity,HTTP_2",
        "archive?path=/srv,gzip,HTTP_1_1",
        "archive?path=/srv,gzip,HTTP_2",
        "content?path=/srv/file,identity,HTTP_1_1",
        "content?path=/srv/file,identity,HTTP_2"
    })
    void areBrokenIfTheHostStopsOrTheAccessIsWithdrawn(String path, String encoding, HttpClient.Version version)
            throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            HttpResponse<byte[]> whole = client.send(request(path, encoding), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.version()).isEqualTo(version);

            halfway = () -> isAway = true;
            assertThatThrownBy(() -> client.send(request(path, encoding), HttpResponse.BodyHandlers.ofByteArray()))
                    .isInstanceOf(IOException.class);

            isAway = false;
            halfway = streams::endAll;
            assertThatThrownBy(() -> client.send(request(path, encoding), HttpResponse.BodyHandlers.ofByteArray()))
                    .isInstanceOf(IOException.class);
        }
    }

    private HttpRequest request(String path, String encoding) {
        return new Visitor(port)
                .request("/api/v1/jails/" + jail + "/files/" + path)
                .header("Authorization", "Bearer " + secret)
                .header("Accept-Encoding", encoding)
                .build();
    }
}
