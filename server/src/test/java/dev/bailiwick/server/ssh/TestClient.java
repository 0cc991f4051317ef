package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.keyboard.UserInteraction;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.channel.ClientChannel;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.jspecify.annotations.Nullable;

/** A client of SSH. */
final class TestClient implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final SshClient library = SshClient.setUpDefaultClient();
    private final Deque<String> answers = new ArrayDeque<>();
    private int port;

    void start(int at) {
        port = at;
        library.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        library.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        library.setUserInteraction(new Answers());
        // The client counts questions, and not attempts.
        CoreModuleProperties.PASSWORD_PROMPTS.set(library, 3);
        library.start();
    }

    @Override
    public void close() {
        library.stop();
    }

    /** Gives the client's answers to what the server asks. */
    private final class Answers implements UserInteraction {

        @Override
        public boolean isInteractionAllowed(ClientSession session) {
            return true;
        }

        @Override
        public String @Nullable [] interactive(
                ClientSession session, String name, String instruction, String lang, String[] prompts, boolean[] echo) {
            assertThat(echo).containsOnly(false);
            // Without an answer it gives up.
            return answers.isEmpty() ? null : new String[] {answers.remove()};
        }

        @Override
        public String getUpdatedPassword(ClientSession session, String prompt, String lang) {
            throw new AssertionError("the server asks for another password");
        }
    }

    ClientSession connect(String name) throws IOException {
        return library.connect(name, "127.0.0.1", port).verify(LONG).getSession();
    }

    ClientSession byKey(String name, KeyPair with) throws IOException {
        ClientSession session = connect(name);
        session.addPublicKeyIdentity(with);
        session.auth().verify(LONG);
        return session;
    }

    ClientSession byPassword(String name, String... given) throws IOException {
        answers.clear();
        answers.addAll(List.of(given));
        ClientSession session = connect(name);
        session.auth().verify(LONG);
        return session;
    }

    /** What a command has written, and its exit status. */
    record Ran(String output, String errors, int status) {}

    static Ran run(ClientSession session) throws IOException {
        return run(session, "typed", false);
    }

    static Ran run(ClientSession session, String typed, boolean hasTerminal) throws IOException {
        try (ChannelExec command = session.createExecChannel("a command")) {
            command.setUsePty(hasTerminal);
            return run(command, typed.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Ran run(ClientChannel channel, byte[] input) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        channel.setIn(new ByteArrayInputStream(input));
        channel.setOut(output);
        channel.setErr(errors);
        channel.open().verify(LONG);
        assertThat(channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LONG)).contains(ClientChannelEvent.CLOSED);
        return new Ran(
                output.toString(StandardCharsets.UTF_8),
                errors.toString(StandardCharsets.UTF_8),
                channel.getExitStatus());
    }

    static Ran files(ClientSession session, byte[] packets) throws IOException {
        try (ChannelSubsystem files = session.createSubsystemChannel("sftp")) {
            return run(files, packets);
        }
    }
}
