package dev.bailiwick.server.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.sshd.common.io.IoInputStream;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionAware;
import org.apache.sshd.server.channel.PipeDataReceiver;
import org.apache.sshd.server.command.AsyncCommandStreamsAware;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;

/** The streams of a channel: what is read blocks until the client has sent something, and what is written until it has room. */
abstract class StreamedCommand implements Command, AsyncCommandStreamsAware, ChannelSessionAware {

    private @Nullable InputStream input;
    private @Nullable IoOutputStream output;
    private @Nullable IoOutputStream errors;
    private @Nullable ExitCallback exit;

    @Override
    public void setChannelSession(ChannelSession channel) {
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
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        IoWriteFuture written = Optional.ofNullable(to).orElseThrow().writeBuffer(new ByteArrayBuffer(copy));
        written.await();
        if (!written.isWritten()) {
            throw new IOException("the client has left", written.getException());
        }
    }

    /** Tells the client why something is not done, and ends the channel with this status. */
    void fail(String sentence, int status) {
        try {
            writeError(ByteBuffer.wrap((sentence + "\r\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException theClientHasLeft) {
            exit(status);
            return;
        }
        exit(status);
    }

    /** Ends the channel with this status; does nothing if it has ended. */
    void exit(int status) {
        Optional.ofNullable(exit).orElseThrow().onExit(status);
    }
}
