package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.JailConsoles;
import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.protocol.stream.ByteStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terminal of a jail's init, and those who are attached to it. It exists as long as the jail runs. Nobody makes the init wait: a viewer that
 * is slow gets a gap, and all is in the log.
 */
final class InitSession implements JailConsoles.Output {

    private static final Logger log = LoggerFactory.getLogger(InitSession.class);

    private static final long RETRY_MILLIS = 50;

    private final ExecId id = ExecId.random();
    private final JailId jail;
    private final SessionContents contents;
    private final Feed feed;
    private final BiConsumer<JailId, InitSession> whenEnded;

    /**
     * @param input reaches the init
     * @param size that of the terminal
     * @param later where input goes on that the init has yet to read
     * @param whenEnded called once the jail has ended
     */
    InitSession(
            JailId jail,
            ProgramInput input,
            TerminalSize size,
            OutputRing ring,
            Clock clock,
            ScheduledExecutorService later,
            BiConsumer<JailId, InitSession> whenEnded) {
        this.jail = jail;
        this.feed = new Feed(input, later);
        this.contents = new SessionContents(SessionState.Kind.INIT, feed, ring, Optional.of(size), clock);
        this.whenEnded = whenEnded;
    }

    /** Writes the input that waits whenever it is woken, and again later if the init does not read. */
    private final class Feed implements ProgramInput {

        private final ProgramInput input;
        private final ScheduledExecutorService later;
        private final AtomicBoolean isScheduled = new AtomicBoolean();

        Feed(ProgramInput input, ScheduledExecutorService later) {
            this.input = input;
            this.later = later;
        }

        @Override
        public void wake() {
            boolean isLeft = contents.feed();
            if (isLeft && !later.isShutdown() && isScheduled.compareAndSet(false, true)) {
                var _ = later.schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        private void retry() {
            isScheduled.set(false);
            wake();
        }

        @Override
        public int write(byte[] bytes, int offset, int length) {
            return input.write(bytes, offset, length);
        }

        @Override
        public void endInput() {
            input.endInput();
        }

        @Override
        public void resize(TerminalSize size) {
            input.resize(size);
        }

        @Override
        public void signal(int number) {
            input.signal(number);
        }
    }

    ExecId id() {
        return id;
    }

    SessionState state() {
        return contents.state(id, "init", true, "");
    }

    SessionContents contents() {
        return contents;
    }

    void attach(String name, long offset, ByteStream stream) throws InterruptedException {
        new Attachment(contents, feed, stream).serve(name, offset);
    }

    @Override
    public void write(byte[] bytes) {
        if (contents.hasEnded()) {
            return;
        }
        try {
            var _ = contents.append(1, bytes, bytes.length);
        } catch (UncheckedIOException e) {
            log.atWarn()
                    .addKeyValue("jail", jail)
                    .log("nobody can attach to the terminal of the init: {}", e.getMessage());
            end("failed");
        }
    }

    @Override
    public void ended() {
        end("jail-stopped");
        whenEnded.accept(jail, this);
    }

    /** Ends the session, and tells the viewers this reason. The terminal goes on if the jail does. */
    void end(String reason) {
        contents.endFor(reason);
        contents.ended(new How.Refused("Ended", reason));
        contents.forget();
    }
}
