package dev.bailiwick.server.jail.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.stream.SessionFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.web.socket.CloseStatus;

/** When the socket of a viewer closes although neither side wants it to. */
class ViewerActivityTest {

    /** Close to the end of the numbers, as the time of a machine may be. */
    private long now = Long.MAX_VALUE - Duration.ofHours(1).toNanos();

    private final ViewerActivity activity = new ViewerActivity(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** Passes hours, in which the viewer sends these frames every half a minute. */
    private void passHours(int hours, SessionFrame... sent) {
        for (int i = 0; i < hours * 120; i++) {
            pass(Duration.ofSeconds(30));
            for (SessionFrame frame : sent) {
                activity.heard(frame);
            }
        }
    }

    @Test
    void endsForAPageThatOnlyDoesWhatPagesDoByThemselves() {
        SessionFrame[] byThemselves = {
            new SessionFrame.Ack(1),
            new SessionFrame.Size(TerminalSize.USUAL),
            new SessionFrame.Keyboard(new UUID(1, 2))
        };
        passHours(12, byThemselves);
        assertThat(activity.end(true)).isEmpty();
        passHours(1, byThemselves);
        assertThat(activity.end(true)).contains(Closing.IDLE);
    }

    @Test
    void goesOnWhileSomebodyIsThere() {
        for (SessionFrame frame : List.of(
                new SessionFrame.In(ByteBuffer.wrap(new byte[] {1})),
                new SessionFrame.Eof(),
                new SessionFrame.Signal(2),
                new SessionFrame.Writer(List.of()))) {
            passHours(11, new SessionFrame.Ack(1));
            activity.heard(frame);
            assertThat(activity.end(true)).isEmpty();
        }
        passHours(11, new SessionFrame.Ack(1));
        assertThat(activity.end(true)).isEmpty();
    }

    @Test
    void endsForSilenceUnlessTheHostTakesItsTime() {
        activity.waits();
        pass(ViewerActivity.MAX_SILENCE.plusSeconds(1));
        assertThat(activity.end(true)).isEmpty();
        activity.goesOn();
        pass(ViewerActivity.MAX_SILENCE);
        assertThat(activity.end(true)).isEmpty();
        pass(Duration.ofNanos(1));
        assertThat(activity.end(true)).contains(CloseStatus.SESSION_NOT_RELIABLE);
        activity.heard();
        assertThat(activity.end(true)).isEmpty();
    }

    @Test
    void waitsOnlySecondsForTheTicket() {
        pass(ViewerActivity.FOR_THE_TICKET);
        assertThat(activity.end(false)).isEmpty();
        pass(Duration.ofNanos(1));
        assertThat(activity.end(false)).contains(Closing.IDLE);
        assertThat(activity.end(true)).isEmpty();
    }
}
