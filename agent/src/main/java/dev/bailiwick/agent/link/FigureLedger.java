package dev.bailiwick.agent.link;

import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.FiguresTaken;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends the kept figures, the oldest batch first. At most one batch is in progress. It is sent again on every new stream until the server
 * confirms it, and is deleted then. Used on the link's thread.
 */
final class FigureLedger {

    private final KeptFigures kept;
    private @Nullable Figures underWay;
    private boolean sent;

    FigureLedger(KeptFigures kept) {
        this.kept = kept;
    }

    /** Prepares for a new stream: the batch sent on the previous one may not have arrived. */
    void sendAgain() {
        sent = false;
    }

    /** Returns the batch to send now; empty while the server has not confirmed the previous one, or if there are no figures. */
    Optional<Figures> take() {
        if (underWay == null) {
            underWay = kept.oldest()
                    .map(oldest -> Figures.newBuilder()
                            .setBatch(oldest.name())
                            .addAllRows(oldest.rows())
                            .setMore(kept.hasLater(oldest.name()))
                            .build())
                    .orElse(null);
            sent = false;
        }
        if (underWay == null || sent) {
            return Optional.empty();
        }
        sent = true;
        return Optional.of(underWay);
    }

    void taken(FiguresTaken answer) {
        if (underWay != null && underWay.getBatch().equals(answer.getBatch())) {
            kept.delete(answer.getBatch());
            underWay = null;
        }
    }
}
