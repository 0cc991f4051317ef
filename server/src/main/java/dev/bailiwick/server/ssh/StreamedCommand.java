package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.sshd.common.io.IoInputStream;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionAware;
import org.apache.sshd.server.channel.PipeDataReceiver;
import org.apache.sshd.server.command.AsyncCommandStreamsAware;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * What a client has begun on a channel, on a thread of its own. What is read blocks until the client has sent something, and what is
 * written until it has room.
 */
abstract class StreamedCommand implements Command, AsyncCommandStreamsAware, ChannelSessionAware {

    /** The exit status of ssh itself if something is wrong. */
    private static final int FAILED = 255;

    /** How long a client may take until it has room for a sentence. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(StreamedCommand.class);

    private final Executor threads;
    private @Nullable InputStream input;
    private @Nullable IoOutputStream output;
    private @Nullable IoOutputStream errors;
    private @Nullable ExitCallback exit;
    private @Nullable ChannelSession channel;
    private volatile boolean isOver;

    /** @param threads gives the work a thread of its own */
    StreamedCommand(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void setChannelSession(ChannelSession channel) {
        this.channel = channel;
        PipeDataReceiver pipe = new PipeDataReceiver(channel, channel.getLocalWindow());
        channel.setDataReceiver(pipe);
        input = pipe.getIn();
    }

    @Override
    public void setIoOutputStream(IoOutputStream out) {
        output = out;
    }

    @Override
    public void setIoErrorStream(IoOutputStream err) {
        errors = err;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void setInputStream(InputStream in) {
        throw new IllegalStateException("setChannelSession has set it");
    }

    @Override
    public void setIoInputStream(IoInputStream in) {
        throw new IllegalStateException("setChannelSession has set it");
    }

    @Override
    public void setOutputStream(OutputStream out) {
        throw new IllegalStateException("setIoOutputStream is called instead");
    }

    @Override
    public void setErrorStream(OutputStream err) {
        throw new IllegalStateException("setIoErrorStream is called instead");
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
        Connection connection = Connection.of(channel.getSession());
        threads.execute(() -> begin(connection, environment));
    }

    private void begin(Connection connection, Environment environment) {
        try {
            connection.takeRoom();
        } catch (NotPossible e) {
            refuse(e.sentence());
            return;
        }
        try {
            run(connection, environment);
        } finally {
            connection.leaveRoom();
        }
    }

    /** What the client learns of the end: the exit status, and a sentence if it is an error of Bailiwick. */
    private record End(int status, Optional<String> why) {

        static End failed(String why) {
            return new End(FAILED, Optional.of(why));
        }
    }

    private void run(Connection connection, Environment environment) {
        End ended = perform(connection, environment);
        // A client that takes nothing more keeps nothing running.
        if (ended.why().isPresent()) {
            endElsewhere();
            fail(ended.why().get());
        } else {
            exit(ended.status());
            endElsewhere();
        }
    }

    private End perform(Connection connection, Environment environment) {
        try {
            return new End(runToItsEnd(connection, environment), Optional.empty());
        } catch (Failure e) {
            return End.failed(e.detail());
        } catch (NotPossible e) {
            return End.failed(e.sentence());
        } catch (DataAccessException | TransactionException e) {
            return End.failed(Connection.NO_DATABASE);
        } catch (StreamClosed e) {
            return End.failed("The connection to the host of the jail has ended: " + e.reason() + ".");
        } catch (InvalidValue e) {
            return End.failed("The host of the jail has sent something malformed.");
        } catch (BufferException e) {
            return End.failed("A request is malformed.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new End(FAILED, Optional.empty());
        } catch (IOException theClientHasLeft) {
            return new End(FAILED, Optional.empty());
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a command or transfer over SSH has failed");
            return End.failed("Something went wrong in Bailiwick.");
        }
    }

    private void endElsewhere() {
        try {
            end();
        } catch (DataAccessException | TransactionException e) {
            log.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("a command or transfer over SSH has ended, and the database cannot be asked to forget it");
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a command or transfer over SSH could not be ended at its host");
        }
    }

    /**
     * Does the work; returns the exit status.
     *
     * @throws IOException if the client has left
     */
    abstract int runToItsEnd(Connection connection, Environment environment)
            throws NotPossible, InterruptedException, IOException;

    /** Ends what the work has begun elsewhere, however it has ended itself. */
    abstract void end();

    /** The client has gone, or the work has ended. */
    @Override
    public void destroy(ChannelSession channel) {
        isOver = true;
    }

    /** @throws IOException if the client has left */
    void requireClient() throws IOException {
        if (isOver) {
            throw new IOException("the client has left");
        }
    }

    InputStream input() {
        return Optional.ofNullable(input).orElseThrow();
    }

    /** @throws IOException if the client has left */
    void write(ByteBuffer bytes) throws IOException {
        write(output, bytes);
    }

    /** Writes to standard error, as {@link #write} does. */
    void writeError(ByteBuffer bytes) throws IOException {
        write(errors, bytes);
    }

    private static void write(@Nullable IoOutputStream to, ByteBuffer bytes) throws IOException {
        IoWriteFuture written = begin(to, bytes);
        written.await();
        if (!written.isWritten()) {
            throw new IOException("the client has left", written.getException());
        }
    }

    private static IoWriteFuture begin(@Nullable IoOutputStream to, ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return Optional.ofNullable(to).orElseThrow().writeBuffer(new ByteArrayBuffer(copy));
    }

    /** Tells the client why something is not done, and ends the channel. */
    private void fail(String sentence) {
        try {
            writeError(said(sentence));
        } catch (IOException theClientHasLeft) {
            exit(FAILED);
            return;
        }
        exit(FAILED);
    }

    /** Does the same for what has no room, and holds none: a client that does not take that must not keep its input here. */
    private void refuse(String sentence) {
        try {
            IoWriteFuture said = begin(errors, said(sentence));
            if (said.await(MAX_WAIT)) {
                exit(FAILED);
            } else {
                var _ = Optional.ofNullable(channel).orElseThrow().close(true);
            }
        } catch (IOException theClientHasLeft) {
            exit(FAILED);
        }
    }

    private static ByteBuffer said(String sentence) {
        return ByteBuffer.wrap((sentence + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the channel with this status; does nothing if it has ended. */
    private void exit(int status) {
        Optional.ofNullable(exit).orElseThrow().onExit(status);
    }
}
