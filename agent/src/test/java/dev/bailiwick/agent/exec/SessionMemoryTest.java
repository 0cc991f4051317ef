package dev.bailiwick.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many small pieces of input or output do not fill the memory of the agent. */
class SessionMemoryTest {

    private static final byte[] ONE = {1};

    private static int addedUntilFull(SessionInput input) {
        int added = 0;
        while (input.hasRoom()) {
            input.add(ByteBuffer.wrap(ONE));
            added++;
        }
        return added;
    }

    @Test
    void countsWhatEachPieceOfInputCosts() {
        SessionInput input = new SessionInput();
        assertThat(addedUntilFull(input)).isLessThan(1_100);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 4_000; i++) {
                        input.add(ByteBuffer.wrap(ONE));
                    }
                })
                .isInstanceOf(InvalidValue.class);
        input.drop();
        assertThat(input.isEmpty()).isTrue();
        assertThat(addedUntilFull(input)).isGreaterThan(900);
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
