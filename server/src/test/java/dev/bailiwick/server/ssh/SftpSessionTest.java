package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.file.JailFileWork;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a client of SFTP asks for, and what of it reaches the host of the jail and the audit. The host is played. */
@ServerTest
class SftpSessionTest {

    private static final int OK = 0;
    private static final int HANDLE = 102;
    private static final int STATUS = 101;

    @Autowired
    private JailFileWork work;

    @Autowired
    private Jails jails;

    @Autowired
    private Users users;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private Fleet.Paths host;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    /** A transfer asks on a thread of its own. */
    private final List<FileRequest> asked = Collections.synchronizedList(new ArrayList<>());

    private CustomerId customer;
    private JailId jail;
    private SftpSession session;
    private volatile boolean isFull;

    @BeforeEach
    void begin() {
        customer = fixtures.customer();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        User user = users.create(
                Fleet.OPERATOR, "u-" + UUID.randomUUID(), "correct horse battery", new Membership.Of(customer));
        host.files(this::play);
        session = new SftpSession(new SftpFiles(work, users.inSession(user.id()).orElseThrow(), jail));
    }

    @AfterEach
    void forget() {
        host.files(_ -> new FileResult.Refused(Reason.NO_FILES, "no kernel is here"));
    }

    private FileResult play(FileRequest request) {
        asked.add(request);
        return switch (request) {
            case FileRequest.Look _ -> new FileResult.Refused(Reason.NOT_FOUND, "Nothing is there.");
            case FileRequest.Write write
            when isFull -> new FileResult.Refused(Reason.NO_SPACE, "Nothing fits " + write.path() + ".");
            case FileRequest.Write write
            when write.end().isPresent() ->
                new FileResult.Found(new FileEntry(
                        "file",
                        FileKind.FILE,
                        0,
                        0644,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Instant.EPOCH,
                        Optional.empty(),
                        false,
                        "1-1"));
            default -> new FileResult.Uploaded(0);
        };
    }

    private static Buffer request(int type) {
        Buffer request = new ByteArrayBuffer();
        request.putByte((byte) type);
        request.putUInt(1);
        return request;
    }

    private Buffer create(String path) {
        Buffer open = request(3);
        open.putString(path);
        open.putUInt(2 | 8 | 16);
        open.putUInt(0);
        return session.answer(open);
    }

    private byte[] created(String path) {
        Buffer answer = create(path);
        assertThat(answer.getUByte()).isEqualTo(HANDLE);
        assertThat(answer.getInt()).isEqualTo(1);
        return answer.getBytes();
    }

    private int write(byte[] handle, long offset, byte[] bytes) {
        Buffer write = request(6);
        write.putBytes(handle);
        write.putLong(offset);
        write.putBytes(bytes);
        return status(session.answer(write));
    }

    private int close(byte[] handle) {
        Buffer close = request(4);
        close.putBytes(handle);
        return status(session.answer(close));
    }

    private static int status(Buffer answer) {
        assertThat(answer.getUByte()).isEqualTo(STATUS);
        assertThat(answer.getInt()).isEqualTo(1);
        return answer.getInt();
    }

    private int recorded() {
        return jdbc.sql("""
                        SELECT count(*) FROM (SELECT action, subject_id FROM audit_event
                            UNION ALL SELECT action, subject_id FROM unsealed_event) AS events
                        WHERE action = 'jail.file-written' AND subject_id = ?
                        """).param(jail.toString()).query(Integer.class).single();
    }

    @Test
    void passesFilesOnInPartsAndRecordsThemWhenTheyAreWhole() {
        byte[] content = new byte[800_000];
        new Random(1).nextBytes(content);
        byte[] handle = created("/file");
        int[] lengths = {1, 32 << 10, 100_000, 0, 500_000, 40 << 10, 7};
        int offset = 0;
        for (int length : lengths) {
            assertThat(write(handle, offset, Arrays.copyOfRange(content, offset, offset + length)))
                    .isEqualTo(OK);
            offset += length;
        }
        assertThat(recorded()).isZero();
        assertThat(close(handle)).isEqualTo(OK);
        assertThat(recorded()).isEqualTo(1);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (FileRequest request : asked) {
            if (request instanceof FileRequest.Write write) {
                assertThat(write.offset()).isEqualTo(received.size());
                received.writeBytes(write.bytes().bytes());
            }
        }
        assertThat(received.toByteArray()).isEqualTo(Arrays.copyOf(content, offset));
    }

    @Test
    void placesNoFileOfWhichAPartIsMissing() {
        byte[] handle = created("/file");
        assertThat(write(handle, 0, new byte[50_000])).isEqualTo(OK);
        isFull = true;
        // The host answers while the client writes on.
        assertThat(write(handle, 50_000, new byte[500_000])).isNotEqualTo(OK);
        isFull = false;
        assertThat(write(handle, 550_000, new byte[1])).isNotEqualTo(OK);
        assertThat(close(handle)).isNotEqualTo(OK);
        assertThat(recorded()).isZero();
        assertThat(asked.getLast()).isInstanceOf(FileRequest.DropUpload.class);
    }

    @Test
    void refusesMoreFilesBeforeItRecordsThem() {
        for (int i = 0; i < 8; i++) {
            created("/file" + i);
        }
        assertThat(status(create("/other"))).isNotEqualTo(OK);
        assertThat(recorded()).isZero();
    }

    @Test
    void dropsUploadsWhenAccessIsWithdrawn() {
        byte[] first = created("/first");
        byte[] second = created("/second");
        assertThat(write(first, 0, new byte[300_000])).isEqualTo(OK);
        assertThat(write(second, 0, new byte[300_000])).isEqualTo(OK);
        suspensions.suspend(Fleet.OPERATOR, customer, "unpaid");
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            Buffer look = request(7);
            look.putString("/first");
            Buffer answer = session.answer(look);
            return answer.getUByte() == STATUS && answer.getInt() == 1 && answer.getInt() != SftpFault.NO_SUCH_FILE;
        });
        session.end();
        assertThat(asked.stream().filter(FileRequest.DropUpload.class::isInstance))
                .hasSize(2);
    }
}
