package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.OptimisticLockingFailureException;

/** Contents of files over real connections, with something that happens in the middle of them. */
@WebTest
class FileTransfersTest {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int SIZE = 4_000_000;

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private OpenStreams streams;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Fleet.Paths hosts;

    private final FilesInMemory files = new FilesInMemory();
    private final byte[] content = new byte[SIZE];
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());
    private Caller staff = OPERATOR;
    private Optional<ApiTokens.IssuedToken> token = Optional.empty();

    @BeforeEach
    void defineAJail() {
        new Random(7).nextBytes(content);
        customer = fixtures.customer();
        jail = jails.define(
                        OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        User user = users.create(
                OPERATOR, "f-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        staff = Caller.staff(user.id(), user.login(), Role.OWNER);
        token = Optional.of(tokens.issue(staff, new TokenRequest("files", staff.scopes(), null)));
        files.contents.put("/srv/big", content);
        hosts.files(files);
    }

    @AfterEach
    void forget() {
        hosts.files(_ -> new FileResult.Refused(FileResult.Reason.NO_FILES, "no kernel is here"));
    }

    private HttpRequest.Builder request(String more) {
        return new Visitor(port)
                .request("/api/v1/jails/" + jail + "/files" + more)
                .header("Authorization", "Bearer " + token.orElseThrow().secret())
                .timeout(Duration.ofMinutes(1));
    }

    /** Has the host do something before it reads or writes the second part of a file. */
    private void beforeTheSecondPart(Runnable action) {
        hosts.files(request -> {
            boolean isSecond = switch (request) {
                case FileRequest.Read(var _, long offset, int _) -> offset == FileBytes.MAX;
                case FileRequest.Write write -> write.offset() == FileBytes.MAX;
                default -> false;
            };
            if (isSecond) {
                RowAccess.everything().run(action);
            }
            return files.apply(request);
        });
    }

    private void requireHalf() throws Exception {
        HttpResponse<InputStream> answer =
                CLIENT.send(request("/content?path=/srv/big").build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(SIZE);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        boolean isBroken = false;
        try (InputStream body = answer.body()) {
            for (int one = body.read(); one >= 0; one = body.read()) {
                read.write(one);
            }
        } catch (IOException e) {
            isBroken = true;
        }
        assertThat(isBroken).as("the connection ended").isTrue();
        // No problem follows what was read.
        assertThat(read.size()).isLessThan(SIZE);
        assertThat(read.toByteArray()).isEqualTo(Arrays.copyOf(content, read.size()));
    }

    @Test
    void endWithTheConnectionIfTheFileIsCut() throws Exception {
        beforeTheSecondPart(() -> files.contents.put("/srv/big", new byte[5]));
        requireHalf();
    }

    static List<RuntimeException> failures() {
        return List.of(
                new InvalidValue("is not what was agreed on"),
                new InvalidDefinition(List.of(new Violation("/name", "is not what was agreed on"))),
                new OptimisticLockingFailureException("somebody else was first"),
                new DataAccessResourceFailureException("the database is away"),
                new IllegalStateException("a fault"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void endWithTheConnectionWhateverFails(RuntimeException failure) throws Exception {
        beforeTheSecondPart(() -> {
            throw failure;
        });
        requireHalf();
    }

    /** Takes the access away, and waits until all that uses it was asked to end. */
    private void withdraw() {
        CountDownLatch ended = new CountDownLatch(1);
        Credential credential =
                new Credential.OfToken(token.orElseThrow().token().id());
        try (OpenStreams.Place _ = streams.admit(staff, credential, ended::countDown)) {
            tokens.revoke(staff, token.orElseThrow().token().id());
            await().until(() -> ended.getCount() == 0);
        }
    }

    @Test
    void endWithTheAccessOfTheirReader() throws Exception {
        beforeTheSecondPart(this::withdraw);
        requireHalf();
    }

    private HttpResponse<String> upload() throws Exception {
        HttpRequest.Builder put = request("/content?path=/srv/new")
                .header("Content-Type", "application/octet-stream")
                // More than the server drops of a rejected body would break the connection before the answer is read.
                .PUT(HttpRequest.BodyPublishers.ofByteArray(content, 0, Bound.SWALLOWED_BYTES.value() / 2));
        return CLIENT.send(put.build(), BodyHandlers.ofString());
    }

    @Test
    void replaceNothingOnceTheAccessIsWithdrawn() throws Exception {
        beforeTheSecondPart(this::withdraw);
        assertThat(upload().statusCode()).isEqualTo(403);
        assertThat(files.contents).containsOnlyKeys("/srv/big");
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void replaceNothingOnceTheCustomerIsSuspended() throws Exception {
        beforeTheSecondPart(() -> suspensions.suspend(OPERATOR, customer, "unpaid"));
        assertThat(upload().body()).contains("/problems/customer-suspended");
        assertThat(files.contents).containsOnlyKeys("/srv/big");
        assertThat(files.uploads).isEmpty();
    }

    @Test
    void sendNoContentForHeaders() throws Exception {
        HttpResponse<byte[]> head =
                CLIENT.send(request("/content?path=/srv/big").HEAD().build(), BodyHandlers.ofByteArray());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(SIZE);
        assertThat(head.headers().firstValue("ETag")).isPresent();
        assertThat(files.asked).hasSize(1);
    }

    @Test
    void ofOneJailWaitForEachOther() {
        AtomicInteger now = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        Function<FileRequest, FileResult> slow = request -> {
            now.incrementAndGet();
            await().until(() -> go.getCount() == 0);
            return new FileResult.Found(files.entry(request.path()));
        };
        hosts.files(slow);
        List<CompletableFuture<HttpResponse<String>>> looks = IntStream.range(0, 3)
                .mapToObj(_ -> CLIENT.sendAsync(request("/entry?path=/srv/x").build(), BodyHandlers.ofString()))
                .toList();
        await().until(() -> now.get() == 2);
        await().during(Duration.ofMillis(300)).until(() -> now.get() == 2);
        go.countDown();
        looks.forEach(look -> assertThat(look.join().statusCode()).isEqualTo(200));
    }

    @Test
    void ofOneUserAreFewAtATimeAndGiveUpTheirPlaces() throws Exception {
        // More than fits between the server and a client that reads nothing.
        FileEntry large = new FileEntry(
                "big",
                FileKind.FILE,
                1 << 30,
                0644,
                OptionalInt.of(33),
                OptionalInt.empty(),
                Instant.ofEpochSecond(1_700_000_000),
                Optional.empty(),
                false,
                "7-large");
        hosts.files(request -> request instanceof FileRequest.Read(var _, long _, int length)
                ? new FileResult.Content(new FileBytes(new byte[length]), large)
                : files.apply(request));
        List<HttpResponse<InputStream>> open = new ArrayList<>();
        try {
            for (int i = 0; i < Bound.TRANSFERS_OF_A_USER.value(); i++) {
                HttpResponse<InputStream> answer =
                        CLIENT.send(request("/content?path=/srv/big").build(), BodyHandlers.ofInputStream());
                assertThat(answer.statusCode()).isEqualTo(200);
                open.add(answer);
            }
            HttpResponse<String> beyond =
                    CLIENT.send(request("/content?path=/srv/big").build(), BodyHandlers.ofString());
            assertThat(beyond.statusCode()).isEqualTo(503);
            assertThat(beyond.body()).contains("/problems/too-many-transfers");
            assertThat(beyond.headers().firstValueAsLong("Content-Length").orElse(0))
                    .isLessThan(1_000);
            assertThat(upload().statusCode()).isEqualTo(503);
        } finally {
            for (HttpResponse<InputStream> one : open) {
                one.body().close();
            }
        }
        await().untilAsserted(() -> assertThat(upload().statusCode()).isEqualTo(200));
    }
}
