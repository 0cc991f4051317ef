package dev.bailiwick.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many small pieces of input or output do not fill the memory of the agent. */
class SessionMemoryTest {

    private static final byte[] ONE = {1};

    private final SessionInput input = new SessionInput();
    private final SessionViewer writer = new SessionViewer("anna", 0);

    /** Offers small pieces; returns how many of them were taken. */
    private int takenOf(int pieces) {
        AtomicInteger taken = new AtomicInteger();
        for (int i = 0; i < pieces; i++) {
            input.offer(writer, ByteBuffer.wrap(ONE), taken::incrementAndGet);
        }
        return taken.get();
    }

    @Test
    void countsWhatEachPieceOfInputCosts() {
        assertThat(takenOf(4_000)).isBetween(900, 1_100);
        assertThat(takenOf(1)).as("waits behind those").isZero();
        input.forget();
        assertThat(input.isEmpty()).isTrue();
        assertThat(takenOf(4_000)).isGreaterThan(900);
    }

    @Test
    void takesInputOnlyWhenThereIsRoomAndCountsWhatItDrops() {
        writer.keyboard = Optional.of(UUID.randomUUID());
        int taken = takenOf(4_000);
        assertThat(writer.taken).isEqualTo(taken);
        FirstViewerTest.Commands command = new FirstViewerTest.Commands();
        assertThat(input.feed(command)).isTrue();
        assertThat(writer.taken).as("one more has room").isEqualTo(taken + 1);
        input.dropOffered();
        assertThat(writer.taken).isEqualTo(4_000);
        int fed = 1;
        while (input.feed(command)) {
            fed++;
        }
        assertThat(fed).as("what was taken before is written").isEqualTo(taken);
    }

    @Test
    void keepsFewPiecesOfOutputAndSaysWhenTheyAreMany(@TempDir Path directory) throws Exception {
        try (OutputRing ring = new OutputRing(directory.resolve("ring"))) {
            for (int i = 0; i < 1_000; i++) {
                ring.append(1 + i % 2, ONE, 1);
            }
            assertThat(ring.tail()).isZero();
            assertThat(ring.isFullAt(0)).isFalse();
            for (int i = 0; i < 10_000; i++) {
                ring.append(1 + i % 2, ONE, 1);
            }
            assertThat(ring.head() - ring.tail()).isLessThanOrEqualTo(1_024);
            assertThat(ring.isFullAt(ring.tail())).isTrue();
            assertThat(ring.isFullAt(ring.head())).isFalse();
        }
    }

    /** Whichever piece a viewer has come to, as the two streams of a command alternate. */
    @Test
    void keepsWhatAViewerHasYetToGetForAsLongAsItSaysThatThereIsRoom(@TempDir Path directory) throws Exception {
        try (OutputRing ring = new OutputRing(directory.resolve("ring"))) {
            for (int position = 0; position < 3_000; position++) {
                while (!ring.isFullAt(position)) {
                    // One look at both streams.
                    ring.append(1, ONE, 1);
                    ring.append(2, ONE, 1);
                }
                assertThat(ring.tail()).isLessThanOrEqualTo(position);
                assertThat(ring.head() - position).as("kept for the viewer").isGreaterThan(1_000);
            }
        }
    }
}
