package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.log.JailLogs.LoggedJail;
import dev.bailiwick.server.jail.log.LogStream.LogWriter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Opens streams of logs. A stream ends when its reader's access is withdrawn, see {@link OpenStreams}, and after an hour in any case; a
 * reader goes on from the byte at which it ended.
 */
@Component
class LogStreams {

    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final Duration SHORTLY = Duration.ofMillis(1);

    private final JailLogs logs;
    private final OpenStreams streams;

    LogStreams(JailLogs logs, OpenStreams streams) {
        this.logs = logs;
        this.streams = streams;
    }

    /**
     * Reads the first part of a log, and opens a stream with it and the rest.
     *
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if the maximum number of streams is open
     * @throws LogUnreadable if the host does not answer
     */
    ResponseBodyEmitter open(
            HttpServletRequest request,
            Caller caller,
            LoggedJail jail,
            LogRead read,
            LogWriter writer,
            boolean follows) {
        ResponseBodyEmitter emitter = new ResponseBodyEmitter(LIFETIME.toMillis());
        if (request.getMethod().equals(HttpMethod.HEAD.name())) {
            emitter.complete();
            return emitter;
        }
        LogStream stream = new LogStream(emitter, logs, jail, writer, follows);
        OpenStreams.Place place = streams.admit(caller, Credential.of(request), stream::end);
        // A follower waits for the end of a last line.
        LogRead begun = follows ? read.waiting(SHORTLY) : read;
        LogPart first;
        try {
            first = logs.read(jail, begun);
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
        stream.start(begun, first, caller.rows(), place::close);
        return emitter;
    }

    /** What a jail writes may be secret, and is shown as it arrives: nothing on the way may keep or hold it. */
    static void keepPrivate(HttpHeaders headers) {
        headers.setCacheControl(CacheControl.noStore().noTransform());
        headers.set("X-Accel-Buffering", "no");
    }
}
