package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.log.JailLogs.LoggedJail;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Sends a log part by part, so that the server holds no more than one of them, and perhaps what follows. It asks the host again each
 * second, also while there is no output, so it ends soon when it has to.
 */
final class LogStream {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ResponseBodyEmitter emitter;
    private final JailLogs logs;
    private final LoggedJail jail;
    private final LogWriter writer;
    private final boolean follows;
    private volatile boolean ended;

    /** How parts of a log are sent. */
    interface LogWriter {

        /**
         * Returns what to send of a part; empty for nothing.
         *
         * @param isLast whether the log has no more, at least for a second
         */
        byte[] write(LogPart part, boolean isLast);

        /** Returns where to begin to read after a part. */
        default LogRead next(LogRead read, LogPart part) {
            return read.after(part.next());
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
        ended = true;
    }

    private void send(LogRead read, LogPart first) {
        try {
            LogPart part = first;
            LogRead asked = read;
            while (!ended) {
                boolean idle = part.atEnd() && (!follows || part.entries().isEmpty());
                byte[] bytes = writer.write(part, idle);
                if (bytes.length > 0) {
                    emitter.send(bytes, MediaType.APPLICATION_OCTET_STREAM);
                }
                if (part.atEnd() && !follows) {
                    break;
                }
                asked = writer.next(asked, part).waiting(follows ? PATIENCE : Duration.ZERO);
                part = logs.read(jail, asked);
            }
            emitter.complete();
        } catch (IOException | IllegalStateException e) {
            // The reader has disconnected; the container ends the exchange.
            end();
        } catch (Failure e) {
            // An incomplete log must not look like a whole one. A follower connects again, and learns the reason.
            emitter.completeWithError(e);
        }
    }
}
