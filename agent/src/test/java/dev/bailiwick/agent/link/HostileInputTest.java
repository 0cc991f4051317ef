package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static dev.bailiwick.agent.link.Jails.kept;
import static dev.bailiwick.agent.link.Jails.removed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.Mutations;
import dev.bailiwick.agent.link.identity.Identity;
import dev.bailiwick.agent.link.identity.JoinToken;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.agent.link.state.Lineage;
import dev.bailiwick.agent.link.state.SnapshotStore;
import dev.bailiwick.agent.link.state.SnapshotStore.Loaded;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent accepts data from the disk or an operator only if it is valid, and otherwise rejects it with its own message. */
class HostileInputTest {

    private static final String TOKEN = "bwj_" + "A1b2".repeat(10) + "_-9." + "0123456789abcdef".repeat(4);

    /** The key was created for this test and is used nowhere else. */
    private static final byte[] KEY = Base64.getDecoder()
            .decode(
                    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVHWZGwItsB43yUl31L/7v5npbz4Q+gPxLsNyf8zCOxahRANCAATq"
                            + "kC9AoN+VjV3UR/qYAIFboevuFsqmMbIuXEUnIVcfUfxp4DhsRcpGQZPe6y++phwM9Pn6orYQkR4LmrEMqON5");

    private static final byte[] CERTIFICATE = Base64.getDecoder()
            .decode(
                    "MIIBbzCCARWgAwIBAgIULVbB5Q6VuOUYktBjpY6BvIcJzUAwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAgFw0yNjExMjcwMTQ1"
                            + "MjBaGA8yMTI2MTEwMzAxNDUyMFowDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOqQL0Cg35WNXdRH+pgA"
                            + "gVuh6+4WyqYxsi5cRSchVx9R/GngOGxFykZBk97rL76mHAz0+fqithCRHguasQyo43mjUzBRMB0GA1UdDgQWBBSJ9bOF9pYhU37R"
                            + "ny8EqnbBvHZVvDAfBgNVHSMEGDAWgBSJ9bOF9pYhU37Rny8EqnbBvHZVvDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gA"
                            + "MEUCIBI4hEoBkomQTChYxrOaFhFKk+b3yneUIFi1tYGyC7lXAiEA4F/p4Nm5qBErfFnlXDP6J/OWVxPtwgR4BgPPXWm30PQ=");

    private static final Logger DAMAGE = Logger.getLogger(SnapshotStore.class.getName());

    @TempDir
    private Path directory;

    /** Hundreds of damaged files would fill the log. */
    @BeforeAll
    static void logNothing() {
        DAMAGE.setLevel(Level.OFF);
    }

    @AfterAll
    static void logAgain() {
        DAMAGE.setLevel(null);
    }

    @Test
    void readsNoStateThatWasNeverStored() throws IOException {
        DesiredState first = new DesiredState(9, Map.of(id(1), kept(1, 4), id(2), removed(2, 1)));
        DesiredState second = new DesiredState(10, Map.of(id(1), kept(1, 5), id(2), removed(2, 1)));
        DesiredState third = new DesiredState(11, Map.of(id(1), kept(1, 5), id(3), kept(3, 1)));
        Path file = directory.resolve("desired.state");
        try (SnapshotStore store = new SnapshotStore(directory)) {
            store.store(first);
            byte[] whole = Files.readAllBytes(file);
            store.append(StateChange.between(first, second), Lineage.Origin.UNKNOWN, () -> second);
            store.append(StateChange.between(second, third), Lineage.Origin.UNKNOWN, () -> third);
            Mutations.tryOn(
                    "STATE_FILE",
                    input -> {
                        switch (load(store, file, input)) {
                            case Loaded.Intact(DesiredState state) ->
                                assertThat(state).isIn(first, second, third);
                            case Loaded.Damaged(String reason) ->
                                assertThat(reason).contains("damaged");
                        }
                    },
                    Files.readAllBytes(file),
                    whole);
        }
    }

    @Test
    void readsNoHalfIdentity() throws IOException, GeneralSecurityException {
        Path file = directory.resolve("identity.pem");
        new Identity(
                        id(1).toString(),
                        "web-1",
                        new ServerAddress("fdb1::1", 8443),
                        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(KEY)),
                        Identity.certificate(CERTIFICATE),
                        Identity.certificate(CERTIFICATE))
                .storeIn(directory);
        Mutations.tryOn(
                "IDENTITY",
                input -> {
                    try {
                        Files.write(file, input);
                        Identity identity = Identity.in(directory).orElseThrow();
                        identity.storeIn(directory);
                        assertThat(Identity.in(directory)).isEqualTo(Optional.of(identity));
                    } catch (IOException e) {
                        assertThat(e).hasMessageContaining("damaged").hasMessageContaining("join again");
                    } catch (GeneralSecurityException e) {
                        throw new AssertionError("the parsed certificate cannot be encoded", e);
                    }
                },
                Files.readAllBytes(file));
    }

    @Test
    void readsNoJoinTokenButOneOfItsForm() {
        Mutations.tryOn(
                "JOIN_TOKEN",
                input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    try {
                        JoinToken token = JoinToken.parse(text);
                        assertThat(token.text()).isEqualTo(text.strip()).hasSize(TOKEN.length());
                        assertThat(token.fingerprintBytes()).hasSize(32);
                    } catch (IllegalArgumentException e) {
                        assertThat(e).hasMessageContaining("not a join token");
                    }
                },
                TOKEN.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsAddressesThatCanBeWrittenAgain() {
        Mutations.tryOn(
                "SERVER_ADDRESS",
                input -> {
                    try {
                        ServerAddress address = ServerAddress.parse(new String(input, StandardCharsets.UTF_8));
                        assertThat(ServerAddress.parse(address.toString())).isEqualTo(address);
                    } catch (IllegalArgumentException e) {
                        assertThat(e).hasMessageContaining("A server's address is");
                    }
                },
                "control.example:8443".getBytes(StandardCharsets.UTF_8),
                "[fdb1::1]:8443".getBytes(StandardCharsets.UTF_8));
    }

    private static Loaded load(SnapshotStore store, Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
            return store.load();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
