package dev.bailiwick.agent.exec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.io.IOException;
import java.util.Optional;

/** Somebody who attaches to a session by a stream. Two threads serve them. */
record Attachment(SessionContents contents, ProgramInput program, ByteStream stream) {

    /**
     * Serves one viewer until it leaves or the session has ended.
     *
     * @param offset the offset of the first byte to send; if it is no longer kept, the viewer gets a gap
     * @throws StreamClosed if the stream has ended
     */
    void serve(String name, long offset) throws InterruptedException {
        SessionViewer viewer = contents.join(name, offset);
        // It ends once the viewer has left, or the stream has ended.
        Thread.ofPlatform().daemon().name("exec-viewer").start(() -> send(viewer));
        try {
            Optional<ByteString> next = stream.receiveAndKeep();
            while (next.isPresent() && !isWithdrawn()) {
                byte[] frame = next.get().toByteArray();
                contents.take(viewer, SessionFrame.decode(frame), () -> stream.release(frame.length));
                program.wake();
                next = stream.receiveAndKeep();
            }
        } catch (InvalidValue e) {
            stream.close("malformed", e.reason());
        } finally {
            contents.leave(viewer, isWithdrawn());
            // The command waited for it, perhaps.
            program.wake();
        }
    }

    private boolean isWithdrawn() {
        return stream.closed()
                .filter(how -> how.reason().equals(StreamClosed.WITHDRAWN))
                .isPresent();
    }

    private void send(SessionViewer viewer) {
        try {
            Optional<SessionFrame> next = contents.next(viewer);
            while (next.isPresent()) {
                stream.send(UnsafeByteOperations.unsafeWrap(next.get().encode()));
                if (next.get() instanceof SessionFrame.State(var _, int _, String reason)) {
                    stream.close("ended", reason);
                }
                next = contents.next(viewer);
            }
            if (viewer.isReplaced) {
                stream.close("replaced", "");
            }
        } catch (StreamClosed theViewerHasLeft) {
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            stream.close("failed", e.toString());
        }
    }
}
