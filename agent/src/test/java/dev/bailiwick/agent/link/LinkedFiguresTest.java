package dev.bailiwick.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.FiguresTaken;
import dev.bailiwick.protocol.v1.JailFigures;
import dev.bailiwick.protocol.v1.ServerMessage;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;

/** Figures of jails, on their way to the server. */
class LinkedFiguresTest extends LinkedAgent {

    private final ConcurrentSkipListMap<String, Rows> kept = new ConcurrentSkipListMap<>();

    private record Rows(int count) {}

    private void linkWithFigures() {
        link.close();
        figures = new KeptFigures() {
            @Override
            public Optional<KeptFigures.Batch> oldest() {
                return Optional.ofNullable(kept.firstEntry())
                        .map(batch -> new KeptFigures.Batch(
                                batch.getKey(),
                                Collections.nCopies(batch.getValue().count(), JailFigures.getDefaultInstance())));
            }

            @Override
            public boolean hasLater(String name) {
                return kept.higherKey(name) != null;
            }

            @Override
            public void delete(String name) {
                kept.remove(name);
            }
        };
        link = open();
    }

    @Test
    void sendsOneBatchAfterAnotherAndDeletesThoseThatTheServerHas() throws Exception {
        kept.put("1", new Rows(1_000));
        kept.put("2", new Rows(1));
        kept.put("3", new Rows(1));
        linkWithFigures();
        link.start(changes::add);
        FakeServer.Stream stream = connected();

        Figures first = figures(stream.next());
        assertThat(first.getRowsCount()).isEqualTo(1_000);
        assertThat(first.getMore()).isTrue();
        assertThat(kept).containsKey("1");
        taken(stream, first.getBatch());
        Figures second = figures(stream.next());
        assertThat(second.getRowsCount()).isEqualTo(1);
        assertThat(kept).containsOnlyKeys("2", "3");
        // An answer about an earlier batch is none about this one.
        taken(stream, first.getBatch());
        taken(stream, second.getBatch());
        Figures last = figures(stream.next());
        assertThat(last.getBatch()).isEqualTo("3");
        assertThat(last.getMore()).isFalse();
        assertThat(kept).containsOnlyKeys("3");
    }

    @Test
    void sendsABatchAgainThatTheServerHasNotConfirmed() throws Exception {
        kept.put("1", new Rows(3));
        linkWithFigures();
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        Figures lost = figures(stream.next());
        stream.breakOff();

        assertThat(figures(connected().next())).isEqualTo(lost);
        assertThat(kept).containsKey("1");
    }

    private static Figures figures(AgentMessage message) {
        assertThat(message.hasFigures()).as(message.toString()).isTrue();
        return message.getFigures();
    }

    private static void taken(FakeServer.Stream stream, String batch) {
        stream.say(ServerMessage.newBuilder()
                .setFiguresTaken(FiguresTaken.newBuilder().setBatch(batch))
                .build());
    }
}
