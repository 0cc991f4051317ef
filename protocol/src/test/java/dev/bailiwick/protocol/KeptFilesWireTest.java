package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptFilesWireTest {

    private static final KeptFiles KEPT = new KeptFiles(
            new JailId(UUID.randomUUID()), new RootPath("/jails/a b"), "anna", OptionalLong.of(1_879_048_192L));

    @Test
    void comesBackAsItWentInAsManyMessagesAsItTakes() {
        List<KeptFiles> many = IntStream.range(0, 20_000)
                .mapToObj(number -> new KeptFiles(
                        new JailId(new UUID(7, number)), new RootPath("/jails/" + number), "", OptionalLong.empty()))
                .toList();
        for (List<KeptFiles> files : List.of(List.<KeptFiles>of(), List.of(KEPT), many)) {
            List<dev.bailiwick.protocol.v1.KeptFiles> messages = KeptFilesWire.toWire(files);
            assertThat(messages.stream().filter(message -> !message.getMore()))
                    .as("the last one")
                    .containsExactly(messages.getLast());
            assertThat(messages).allMatch(message -> message.getSerializedSize() < 1 << 20);
            assertThat(messages.stream()
                            .flatMap(message -> message.getTreesList().stream())
                            .map(KeptFilesWire::fromWire))
                    .containsExactlyElementsOf(files);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesIdsThatThereAreNot(long first) {
        var wire = KeptFilesWire.toWire(List.of(KEPT)).getFirst().getTrees(0).toBuilder()
                .setFirstHostId(first)
                .build();
        assertThatThrownBy(() -> KeptFilesWire.fromWire(wire))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("first_host_id");
    }
}
