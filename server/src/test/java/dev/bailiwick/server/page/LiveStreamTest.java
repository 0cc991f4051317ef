package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.server.database.RowAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter.DataWithMediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

class LiveStreamTest {

    private final RecordingEmitter emitter = new RecordingEmitter();
    private final Clockwork page = new Clockwork();

    @Test
    void sendsAllAtFirstAndThenWhatChanged() {
        LiveStream stream = start("");
        await().untilAsserted(() -> assertThat(emitter.events).containsExactly("hour=1", "minute=1"));
        page.show(1, 2);
        await().untilAsserted(() -> assertThat(emitter.events).containsExactly("hour=1", "minute=1", "minute=2"));
        stream.end();
    }

    @Test
    void keepsToItselfWhatThePageShowsAlready() {
        LiveStream stream = start(LivePart.stamp(List.of(Clockwork.part("hour", 1), Clockwork.part("minute", 1))));
        await().untilAsserted(() -> assertThat(page.read).isTrue());
        page.show(2, 1);
        await().untilAsserted(() -> assertThat(emitter.events).containsExactly("hour=2"));
        stream.end();
    }

    @Test
    void watchesNoLongerThanItLasts() {
        LiveStream stream = start("");
        await().untilAsserted(() -> assertThat(page.watched).isTrue());
        stream.end();
        await().untilAsserted(() -> assertThat(page.watched).isFalse());
        assertThat(emitter.completed).isTrue();
    }

    @Test
    void endsWithThePage() {
        start("");
        await().untilAsserted(() -> assertThat(page.watched).isTrue());
        page.vanish();
        await().untilAsserted(() -> assertThat(emitter.completed).isTrue());
    }

    @Test
    void saysThatItIsThereAlsoWhileItIsWokenForNothing() {
        LiveStream stream = start("");
        await().untilAsserted(() -> assertThat(emitter.comments).contains(":current"));
        emitter.comments.clear();
        await().pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            page.wake.run();
            assertThat(emitter.comments).isNotEmpty();
        });
        assertThat(emitter.events).containsExactly("hour=1", "minute=1");
        stream.end();
    }

    private LiveStream start(String seen) {
        LiveStream stream = new LiveStream(
                emitter, page, seen, part -> String.valueOf(part.shows().get("at")));
        stream.start(RowAccess.nothing(), () -> {});
        return stream;
    }

    /** Records the sent events, as event=data. */
    private static final class RecordingEmitter extends SseEmitter {
        private final List<String> events = new CopyOnWriteArrayList<>();
        private final List<String> comments = new CopyOnWriteArrayList<>();
        private final AtomicBoolean completed = new AtomicBoolean();

        @Override
        public void send(SseEventBuilder event) throws IOException {
            String text = event.build().stream()
                    .map(DataWithMediaType::getData)
                    .map(String::valueOf)
                    .collect(Collectors.joining());
            if (text.contains("event:")) {
                events.add(text.lines()
                        .filter(line -> line.startsWith("event:") || line.startsWith("data:"))
                        .map(line -> line.substring(line.indexOf(':') + 1))
                        .collect(Collectors.joining("=")));
            } else {
                comments.add(text.strip());
            }
        }

        @Override
        public void complete() {
            completed.set(true);
        }
    }

    /** A page that shows an hour and a minute. */
    private static final class Clockwork implements LivePage {
        private final AtomicBoolean watched = new AtomicBoolean();
        private final AtomicBoolean read = new AtomicBoolean();
        private volatile List<LivePart> parts = List.of(part("hour", 1), part("minute", 1));
        private volatile boolean gone;
        private volatile Runnable wake = () -> {};

        void show(int hour, int minute) {
            parts = List.of(part("hour", hour), part("minute", minute));
            await().untilAsserted(() -> assertThat(watched).isTrue());
            wake.run();
        }

        void vanish() {
            gone = true;
            wake.run();
        }

        @Override
        public List<LivePart> parts() {
            if (gone) {
                throw new PathIds.NothingThere();
            }
            List<LivePart> now = parts;
            read.set(true);
            return now;
        }

        @Override
        public Watch watch(Runnable wakeUp) {
            wake = wakeUp;
            watched.set(true);
            return () -> watched.set(false);
        }

        private static LivePart part(String name, int at) {
            return new LivePart(name, "clock", name, Map.of("at", at));
        }
    }
}
