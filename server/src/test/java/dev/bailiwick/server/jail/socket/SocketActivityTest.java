package dev.bailiwick.server.jail.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.web.socket.CloseStatus;

/** When a socket closes although neither side wants it to. */
class SocketActivityTest {

    private static final Duration MAX_SILENCE = Duration.ofSeconds(35);

    /** Close to the end of the numbers, as the time of a machine may be. */
    private long now = Long.MAX_VALUE - Duration.ofHours(1).toNanos();

    private final SocketActivity activity = new SocketActivity(() -> now, MAX_SILENCE);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** Passes hours, in which the client sends something by itself every half a minute. */
    private void passHours(int hours) {
        for (int i = 0; i < hours * 120; i++) {
            pass(Duration.ofSeconds(30));
            activity.heard();
        }
    }

    @Test
    void endsForAClientThatOnlyDoesWhatClientsDoByThemselves() {
        passHours(12);
        assertThat(activity.end(true)).isEmpty();
        passHours(1);
        assertThat(activity.end(true)).contains(Closing.IDLE);
    }

    @Test
    void goesOnWhileSomebodyIsThere() {
        for (int i = 0; i < 4; i++) {
            passHours(11);
            activity.used();
            assertThat(activity.end(true)).isEmpty();
        }
        passHours(11);
        assertThat(activity.end(true)).isEmpty();
    }

    @Test
    void endsForSilenceUnlessTheHostOrTheClientTakesItsTime() {
        activity.waits();
        activity.waits();
        pass(MAX_SILENCE.plusSeconds(1));
        assertThat(activity.end(true)).isEmpty();
        activity.goesOn();
        pass(MAX_SILENCE.plusSeconds(1));
        assertThat(activity.end(true)).isEmpty();
        activity.goesOn();
        pass(MAX_SILENCE);
        assertThat(activity.end(true)).isEmpty();
        pass(Duration.ofNanos(1));
        assertThat(activity.end(true)).contains(CloseStatus.SESSION_NOT_RELIABLE);
        activity.heard();
        assertThat(activity.end(true)).isEmpty();
    }

    @Test
    void waitsOnlySecondsForTheTicket() {
        pass(SocketActivity.FOR_THE_TICKET);
        assertThat(activity.end(false)).isEmpty();
        pass(Duration.ofNanos(1));
        assertThat(activity.end(false)).contains(Closing.IDLE);
        assertThat(activity.end(true)).isEmpty();
    }
}
