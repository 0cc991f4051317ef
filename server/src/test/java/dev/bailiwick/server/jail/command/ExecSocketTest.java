package dev.bailiwick.server.jail.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.stream.SessionFrame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which frames show that somebody is there. */
class ExecSocketTest {

    @Test
    void knowsWhatAPageSendsByItself() {
        assertThat(List.of(
                        new SessionFrame.Ack(1),
                        new SessionFrame.Size(TerminalSize.USUAL),
                        new SessionFrame.Keyboard(new UUID(1, 2))))
                .noneMatch(ExecSocket::isOfSomebody);
        assertThat(List.of(
                        new SessionFrame.In(ByteBuffer.wrap(new byte[] {1})),
                        new SessionFrame.Eof(),
                        new SessionFrame.Signal(2),
                        new SessionFrame.Writer(List.of())))
                .allMatch(ExecSocket::isOfSomebody);
    }
}
