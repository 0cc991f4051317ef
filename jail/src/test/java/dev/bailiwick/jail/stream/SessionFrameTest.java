package dev.bailiwick.jail.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of frames. */
class SessionFrameTest {

    static Stream<SessionFrame> frames() {
        return Stream.of(
                new SessionFrame.Out(2, 1L << 40, ByteBuffer.wrap(new byte[] {1, -1})),
                new SessionFrame.In(ByteBuffer.wrap(new byte[] {3})),
                new SessionFrame.Eof(),
                new SessionFrame.Size(new TerminalSize(10_000, 1)),
                new SessionFrame.Signal(64),
                new SessionFrame.Ack(7),
                new SessionFrame.Gap(7, 9),
                new SessionFrame.State(Ended.EXITED, 255, ""),
                new SessionFrame.State(Ended.SESSION, 0, "agent-restarted"),
                new SessionFrame.Writer(List.of()),
                new SessionFrame.Writer(List.of(
                        new SessionFrame.Viewer("anna", true, false), new SessionFrame.Viewer("jürgen", false, true))),
                new SessionFrame.Ticket("abc"),
                new SessionFrame.Keyboard(new UUID(-1, 1)),
                new SessionFrame.Taken(1L << 40));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void areReadAsTheyWereWritten(SessionFrame frame) {
        assertThat(SessionFrame.decode(frame.encode())).isEqualTo(frame);
    }

    @Test
    void areRefusedIfNobodyHasWrittenThem() {
        for (byte[] wrong : List.of(
                new byte[0],
                new byte[] {99},
                new byte[] {3, 0},
                new byte[] {4, 0, 0, 0, 1},
                new byte[] {5, 65},
                new byte[] {6, -1, 0, 0, 0, 0, 0, 0, 0},
                new byte[] {9, 2, 0, 0, 0},
                new byte[16],
                new byte[] {11, 1},
                new byte[] {12, -1, 0, 0, 0, 0, 0, 0, 0},
                new byte[2 + SessionFrame.MAX_BYTES])) {
            assertThatThrownBy(() -> SessionFrame.decode(wrong)).isInstanceOf(InvalidValue.class);
        }
    }

    @Test
    void randomBytesAreReadOrRefused() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) random.nextInt(14);
            }
            try {
                assertThat(SessionFrame.decode(SessionFrame.decode(bytes).encode()))
                        .isNotNull();
            } catch (InvalidValue refused) {
                assertThat(refused.reason()).isNotEmpty();
            }
        }
    }
}
