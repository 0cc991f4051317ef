package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.log.JailLogs.LoggedJail;
import dev.bailiwick.server.problem.AnswerCut;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Sends a log part by part, so that the server holds no more than one of them, and perhaps what follows. It asks the host again each
 * second, also while there is no output, so it ends soon when it has to.
 */
final class LogStream {

    private static final Logger log = LoggerFactory.getLogger(LogStream.class);

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A host is asked at most so often for what is new, so that what a jail writes in small pieces is sent in larger ones. */
    private static final Duration PACE = Duration.ofMillis(100);

    private final ResponseBodyEmitter emitter;
    private final JailLogs logs;
    private final LoggedJail jail;
    private final LogWriter writer;
    private final boolean follows;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** How parts of a log are sent. */
    interface LogWriter {

        /**
         * Returns what to send of a part of at most {@link LogSlices#MAX_LINES} lines; empty for nothing.
         *
         * @param isLast whether the log has no more, at least for a second
         */
        byte[] write(LogPart part, boolean isLast);

        /** Returns where to begin to read after a part. */
        default LogRead next(LogRead read, LogPart part) {
            return read.after(part);
        }

        /** Returns whether to ask for a part as slowly as for one that is new, also while there is more. */
        default boolean isPaced() {
            return false;
        }
    }

    /** @param follows whether to go on when all of the log was sent */
    LogStream(ResponseBodyEmitter emitter, JailLogs logs, LoggedJail jail, LogWriter writer, boolean follows) {
        this.emitter = emitter;
        this.logs = logs;
        this.jail = jail;
        this.writer = writer;
        this.follows = follows;
    }

    /**
     * Begins to send.
     *
     * @param first the first part, which the request has read with {@code read} and without a wait
     * @param rows what the reader has access to
     */
    void start(LogRead read, LogPart first, RowAccess rows, Runnable afterwards) {
        emitter.onCompletion(this::end);
        emitter.onTimeout(this::end);
        emitter.onError(_ -> end());
        rows.threads(Thread.ofVirtual().name("log-stream").factory())
                .newThread(() -> {
                    try {
                        send(read, first);
                    } finally {
                        afterwards.run();
                    }
                })
                .start();
    }

    /** Ends the stream within about a second. */
    void end() {
        ended.countDown();
    }

    private void send(LogRead read, LogPart first) {
        try {
            LogPart part = first;
            LogRead asked = read;
            boolean isWhole = false;
            long askedAt = System.nanoTime();
            while (!hasEnded()) {
                send(part);
                if (part.atEnd() && !follows) {
                    isWhole = !hasEnded();
                    break;
                }
                if (writer.isPaced() || part.atEnd() || part.entries().isEmpty()) {
                    long passed = System.nanoTime() - askedAt;
                    if (ended.await(PACE.toNanos() - passed, TimeUnit.NANOSECONDS)) {
                        break;
                    }
                }
                askedAt = System.nanoTime();
                asked = writer.next(asked, part).waiting(follows ? PATIENCE : Duration.ZERO);
                part = logs.read(jail, asked);
            }
            if (follows || isWhole) {
                emitter.complete();
            } else {
                fail(new LogUnreadable("the reader may no longer read it, or took too long"));
            }
        } catch (IOException e) {
            // The reader has disconnected; the container ends the exchange.
            end();
        } catch (Failure e) {
            fail(e);
        } catch (InterruptedException | RuntimeException e) {
            if (!hasEnded()) {
                log.error("the log of a jail could not be sent: jail={}", jail.id(), e);
            }
            fail(new LogUnreadable("the server failed"));
        }
    }

    /** Breaks off: an incomplete log must not look like a whole one. A follower connects again, and learns the reason. */
    private void fail(Failure failure) {
        if (!follows) {
            emitter.completeWithError(new AnswerCut(failure));
        } else if (!hasEnded()) {
            emitter.completeWithError(failure);
        }
    }

    private void send(LogPart part) throws IOException {
        boolean idle = part.atEnd() && (!follows || part.entries().isEmpty());
        for (LogPart slice : LogSlices.of(part)) {
            byte[] bytes = writer.write(slice, idle && slice.atEnd());
            if (bytes.length > 0 && !hasEnded()) {
                emitter.send(bytes, MediaType.APPLICATION_OCTET_STREAM);
            }
        }
    }

    private boolean hasEnded() {
        return ended.getCount() == 0;
    }
}
