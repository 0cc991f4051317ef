package dev.bailiwick.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Out;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever attaches first gets all that the command has written, however fast it writes. */
class FirstViewerTest {

    private final Commands command = new Commands();
    private OutputRing ring;
    private SessionContents contents;

    @BeforeEach
    void begin(@TempDir Path directory) throws Exception {
        ring = new OutputRing(directory.resolve("ring"));
        contents = new SessionContents(SessionState.Kind.COMMAND, command, ring, Optional.empty(), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        ring.close();
    }

    private boolean mayWrite() {
        return contents.wanted().contains(CommandProcess.Event.OUTPUT);
    }

    /** Writes until the command has to wait; returns how much. */
    private long writeUntilHeldBack() {
        byte[] bytes = new byte[SessionFrame.MAX_BYTES];
        while (mayWrite() && ring.tail() == 0) {
            contents.append(1, bytes, bytes.length);
        }
        return ring.head();
    }

    @Test
    void holdsTheCommandBackUntilSomebodyHasSeenWhatItWrote() throws Exception {
        long written = writeUntilHeldBack();
        assertThat(ring.tail()).isZero();
        SessionViewer viewer = contents.join("first", 0);
        assertThat(mayWrite()).isFalse();
        long seen = 0;
        while (seen < written) {
            if (contents.next(viewer).orElseThrow() instanceof Out(int _, long offset, var bytes)) {
                assertThat(offset).isEqualTo(seen);
                seen += bytes.remaining();
                contents.take(viewer, new SessionFrame.Ack(seen), () -> {});
            }
        }
        assertThat(mayWrite()).isTrue();
    }

    @Test
    void goesOnIfNobodyComes() {
        writeUntilHeldBack();
        contents.stopAwaiting();
        assertThat(command.isAwake).isTrue();
        assertThat(mayWrite()).isTrue();
        writeUntilHeldBack();
        assertThat(ring.tail()).isPositive();
    }

    /** A command that does nothing by itself. */
    static final class Commands implements CommandProcess {

        private boolean isAwake;

        @Override
        public Set<Event> await(Set<Event> wanted) {
            return wanted;
        }

        @Override
        public int read(Event from, byte[] into) {
            return OVER;
        }

        @Override
        public int left(Event from) {
            return 0;
        }

        @Override
        public int write(byte[] bytes, int offset, int length) {
            return length;
        }

        @Override
        public void endInput() {}

        @Override
        public void wake() {
            isAwake = true;
        }

        @Override
        public void resize(TerminalSize size) {}

        @Override
        public void signal(int number) {}

        @Override
        public How kill() {
            return end();
        }

        @Override
        public How end() {
            return new How.Exited(0);
        }

        @Override
        public void close() {}
    }
}
