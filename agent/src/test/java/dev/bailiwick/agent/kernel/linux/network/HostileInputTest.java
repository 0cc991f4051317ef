package dev.bailiwick.agent.kernel.linux.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.Mutations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Any bytes in answer to a request of rtnetlink are parsed as a failure, as a success, or rejected as too short. */
class HostileInputTest {

    @Test
    void readsAnAnswerOrSaysThatItIsCutShort() {
        Mutations.tryOn("NETLINK", HostileInputTest::readNetlinkAnswer, validAnswer());
    }

    private static void readNetlinkAnswer(byte[] input) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("link", NetlinkBatch.RTM_NEWLINK, 0, () -> batch.link(1, 0, 0));
        try {
            batch.failure(input)
                    .ifPresent(failure -> assertThat(failure.detail()).isNotEmpty());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("too short");
        }
    }

    /** Returns a {@code struct nlmsgerr} that reports EEXIST for the first request. */
    private static byte[] validAnswer() {
        return ByteBuffer.allocate(36)
                .order(ByteOrder.nativeOrder())
                .putInt(36)
                .putShort((short) 2)
                .putShort((short) 0)
                .putInt(1)
                .putInt(0)
                .putInt(-17)
                .array();
    }
}
