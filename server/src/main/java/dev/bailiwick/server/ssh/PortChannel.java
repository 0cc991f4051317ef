package dev.bailiwick.server.ssh;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.forward.JailForwards;
import dev.bailiwick.server.jail.forward.JailForwards.Connected;
import dev.bailiwick.server.jail.forward.JailForwards.Prepared;
import dev.bailiwick.server.jail.forward.TooManyForwards;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelAsyncOutputStream;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.ChannelPipedInputStream;
import org.apache.sshd.common.channel.ChannelPipedOutputStream;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.channel.AbstractServerChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * A connection of the client's machine to a port of the jail ({@code ssh -L}), on a thread of its own. It is the host of the jail that connects,
 * in the jail's network namespace: nothing that a client names is looked up or connected to from here.
 */
final class PortChannel extends AbstractServerChannel {

    static final String TYPE = "direct-tcpip";

    /** Not of this class, for which the library logs what a client does wrong, as often as it does that. */
    private static final Logger log = LoggerFactory.getLogger(SshPort.class);

    private static final int BUFFER_BYTES = 32 * 1024;

    private final Executor threads;
    private final JailNames names;
    private final JailForwards forwards;
    private @Nullable ChannelPipedInputStream input;
    private @Nullable ChannelPipedOutputStream received;
    private @Nullable ChannelAsyncOutputStream output;
    private volatile @Nullable ByteStream carried;
    private volatile boolean hasAccepted;

    /** Creates one for each connection. */
    record Factory(Executor threads, JailNames names, JailForwards forwards) implements ChannelFactory {

        @Override
        public String getName() {
            return TYPE;
        }

        @Override
        public Channel createChannel(Session session) {
            return new PortChannel(threads, names, forwards);
        }
    }

    private PortChannel(Executor threads, JailNames names, JailForwards forwards) {
        super("", List.of(), null);
        this.threads = threads;
        this.names = names;
        this.forwards = forwards;
    }

    @Override
    protected OpenFuture doInit(Buffer request) {
        String target = request.getString();
        // One that does not exist if it is greater than an int.
        int port = request.getInt();
        input = new ChannelPipedInputStream(this, getLocalWindow());
        received = new ChannelPipedOutputStream(input);
        output = new ChannelAsyncOutputStream(this, SshConstants.SSH_MSG_CHANNEL_DATA);
        OpenFuture opened = new DefaultOpenFuture(this, this);
        Connection connection = Connection.of(getSession());
        if (connection.takePort()) {
            threads.execute(() -> {
                try {
                    open(target, port, opened);
                } finally {
                    connection.leavePort();
                }
            });
        } else {
            refuse(
                    opened,
                    SshConstants.SSH_OPEN_RESOURCE_SHORTAGE,
                    target,
                    "There are too many channels on this connection.");
            var _ = close(true);
        }
        return opened;
    }

    private void open(String target, int port, OpenFuture opened) {
        try {
            run(target, port, opened);
        } catch (Failure e) {
            refuse(opened, code(e), target, e.detail());
        } catch (NotPossible e) {
            refuse(opened, SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, target, e.sentence());
        } catch (InvalidValue e) {
            refuse(opened, SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, target, "There is no port " + port + ".");
        } catch (DataAccessException | TransactionException e) {
            refuse(opened, SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, target, Connection.NO_DATABASE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(opened, SshConstants.SSH_OPEN_CONNECT_FAILED, target, "Bailiwick is stopping.");
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a connection to a port over SSH has failed");
            refuse(opened, SshConstants.SSH_OPEN_CONNECT_FAILED, target, "Something went wrong in Bailiwick.");
        } finally {
            // The client knows nothing of a channel that was not opened.
            var _ = close(!opened.isOpened());
        }
    }

    private static int code(Failure failure) {
        if (failure instanceof TooManyForwards) {
            return SshConstants.SSH_OPEN_RESOURCE_SHORTAGE;
        }
        return failure.type().retryable()
                ? SshConstants.SSH_OPEN_CONNECT_FAILED
                : SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED;
    }

    /** Tells the client why the channel is not opened; does nothing if it is. */
    private void refuse(OpenFuture opened, int code, String target, String sentence) {
        if (!opened.isDone()) {
            if (Connection.of(getSession()).logsRefusal()) {
                log.atInfo()
                        .addKeyValue("client", getSession().getUsername())
                        .addKeyValue("target", PlainText.quote(target))
                        .log("a connection to a port over SSH is refused: {}", sentence);
            }
            SshChannelOpenException failure = new SshChannelOpenException(getChannelId(), code, sentence);
            signalChannelOpenFailure(failure);
            // The library would send a general sentence.
            Buffer answer = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
            answer.putUInt(getRecipient());
            answer.putUInt(code);
            answer.putString(sentence);
            answer.putString("");
            try {
                var _ = getSession().writePacket(answer);
            } catch (IOException theClientHasLeft) {
                log.debug("a client has left before its channel was refused");
            }
        }
    }

    private void run(String target, int port, OpenFuture opened) throws NotPossible, InterruptedException {
        Connection connection = Connection.of(getSession());
        Caller caller = connection.caller();
        Optional<Prepared> asked = connection.ask(() -> {
            if (isClosing()) {
                // Its client has closed it before it has opened.
                return Optional.empty();
            }
            JailId jail = names.find(caller, connection.login().jail());
            return Optional.of(caller.rows().call(() -> forwards.prepare(caller, jail, target, port)));
        });
        if (asked.isEmpty()) {
            return;
        }
        Prepared prepared = asked.get();
        try (Connected connected = forwards.connect(caller, prepared)) {
            ByteStream stream = connected.stream();
            connection.carries(stream);
            carried = stream;
            if (isClosing()) {
                stream.close();
            }
            try {
                connected.awaitAccepted();
                var _ = connection.ask(() -> {
                    connection.recordOnce(prepared, () -> caller.rows().run(() -> forwards.record(caller, prepared)));
                    return prepared;
                });
                hasAccepted = true;
                signalChannelOpenSuccess();
                opened.setOpened();
                Thread passing = Thread.ofVirtual().name("ssh-port-input").start(() -> passInput(stream));
                passOutput(stream);
                // What came before its end has been passed on. The client may still be about to send, and wait with it.
                stream.whenClosed(() -> Thread.ofVirtual().start(() -> close(false)));
                passing.join();
            } finally {
                connection.leaves(stream);
            }
        }
    }

    private void passInput(ByteStream to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            ChannelPipedInputStream from = Optional.ofNullable(input).orElseThrow();
            int length = from.read(buffer);
            while (length >= 0) {
                to.send(ByteString.copyFrom(buffer, 0, length));
                length = from.read(buffer);
            }
            to.end();
        } catch (IOException theClientHasLeft) {
            to.close();
        } catch (StreamClosed itsEnd) {
            log.debug("a connection to a port has ended: {}", itsEnd.reason());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void passOutput(ByteStream from) throws InterruptedException {
        try {
            Optional<ByteString> next = from.receive();
            while (next.isPresent()) {
                write(next.get().toByteArray());
                next = from.receive();
            }
            sendEof();
        } catch (IOException theClientHasLeft) {
            from.close();
        } catch (StreamClosed itsEnd) {
            // Both directions have ended, or one was cut.
            log.debug("a connection to a port has ended: {}", itsEnd.reason());
            var _ = close(false);
        }
    }

    /** Waits until the client has room. */
    private void write(byte[] bytes) throws IOException {
        IoWriteFuture written = Optional.ofNullable(output).orElseThrow().writeBuffer(new ByteArrayBuffer(bytes));
        written.await();
        if (!written.isWritten()) {
            throw new IOException("the client has left", written.getException());
        }
    }

    @Override
    protected void doWriteData(byte[] data, int offset, long length) throws IOException {
        if (!hasAccepted) {
            // A client that guesses the number of the channel.
            return;
        }
        ChannelPipedOutputStream to = Optional.ofNullable(received).orElseThrow();
        to.write(data, offset, Math.toIntExact(length));
        to.flush();
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) {
        throw new UnsupportedOperationException("A connection to a port has one stream of data");
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        endInput();
    }

    private void endInput() throws IOException {
        if (received != null) {
            received.close();
        }
    }

    /** The client has closed the channel, and takes no more. */
    @Override
    public void handleClose() throws IOException {
        super.handleClose();
        if (output != null) {
            var _ = output.close(true);
        }
    }

    @Override
    protected void preClose() {
        ByteStream stream = carried;
        if (stream != null) {
            stream.close();
        }
        try {
            endInput();
        } catch (IOException theClientHasLeft) {
            log.debug("the input of a connection to a port was lost: {}", theClientHasLeft.toString());
        }
        super.preClose();
    }

    @Override
    protected Closeable getInnerCloseable() {
        return builder().sequential(output, super.getInnerCloseable()).build();
    }
}
