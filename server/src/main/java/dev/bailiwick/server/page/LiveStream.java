package dev.bailiwick.server.page;

import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The stream of one open page: wake-ups collapse, and only parts that changed are sent. Something is sent every two seconds in any
 * case: a page that receives nothing for longer says that it may be out of date (live.js).
 */
final class LiveStream {

    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** A comment that tells the page that it is up to date. */
    private static final String CURRENT = "current";

    private static final Duration MIN_INTERVAL = Duration.ofMillis(50);

    private final SseEmitter emitter;
    private final LivePage page;
    private final String seen;
    private final Function<LivePart, String> renderer;
    private final Signal changed = new Signal();
    private final Map<String, Map<String, Object>> shown = new HashMap<>();
    private volatile boolean ended;
    private long sentAt;

    LiveStream(SseEmitter emitter, LivePage page, String seen, Function<LivePart, String> renderer) {
        this.emitter = emitter;
        this.page = page;
        this.seen = seen;
        this.renderer = renderer;
    }

    /** @param rows what the page's user has access to */
    void start(RowAccess rows, Runnable afterwards) {
        emitter.onCompletion(this::end);
        emitter.onTimeout(this::end);
        emitter.onError(_ -> end());
        rows.threads(Thread.ofVirtual().name("live-page").factory())
                .newThread(() -> {
                    try {
                        follow();
                    } finally {
                        afterwards.run();
                    }
                })
                .start();
    }

    /** Wakes the stream's thread to end the stream; a part that is being sent may still arrive. */
    void end() {
        ended = true;
        changed.raise();
    }

    private void follow() {
        try (LivePage.Watch _ = page.watch(changed::raise)) {
            begin();
            while (!ended) {
                long left = HEARTBEAT.toNanos() - (System.nanoTime() - sentAt);
                boolean woken = changed.await(Duration.ofNanos(left));
                if (!ended && woken) {
                    sendWhatChanged();
                }
                // Also after wake-ups without a change.
                if (!ended && System.nanoTime() - sentAt >= HEARTBEAT.toNanos()) {
                    send(SseEmitter.event().comment(""));
                }
            }
            emitter.complete();
        } catch (IOException | IllegalStateException e) {
            // The browser has disconnected; the container ends the exchange, and may have done so already.
            end();
        } catch (Failure e) {
            // The page's subject no longer exists, or its user may no longer see it.
            emitter.complete();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            emitter.complete();
        } catch (RuntimeException e) {
            // The browser opens another stream, whose answer reports the failure.
            emitter.completeWithError(e);
        }
    }

    private void begin() throws IOException, InterruptedException {
        // The first comment sends the answer's head, so the browser knows that the stream is open.
        send(SseEmitter.event().comment(""));
        List<LivePart> parts = page.parts();
        if (LivePart.stamp(parts).equals(seen)) {
            parts.forEach(part -> shown.put(part.event(), part.shows()));
        } else {
            sendWhatChanged();
        }
        send(SseEmitter.event().comment(CURRENT));
    }

    private void sendWhatChanged() throws IOException, InterruptedException {
        for (LivePart part : page.parts()) {
            if (ended) {
                return;
            }
            if (!part.shows().equals(shown.put(part.event(), part.shows()))) {
                send(SseEmitter.event().id("1").name(part.event()).data(renderer.apply(part)));
                part.holds().forEach(held -> shown.put(held.event(), held.shows()));
            }
        }
        // A burst of changes is sent as one.
        Thread.sleep(MIN_INTERVAL);
    }

    private void send(SseEmitter.SseEventBuilder event) throws IOException {
        emitter.send(event);
        sentAt = System.nanoTime();
    }
}
