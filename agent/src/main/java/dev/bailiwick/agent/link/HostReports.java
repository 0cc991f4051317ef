package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.protocol.DifferenceWire;
import dev.bailiwick.protocol.KeptFilesWire;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Differences;
import dev.bailiwick.protocol.v1.IdRanges;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reports the state of the host itself on one stream. It sends a part only if that part has changed. Confined to one thread. */
final class HostReports {

    /** Keeps a message well below the 4 MiB that the server accepts. */
    private static final int PART_BYTES = 512 << 10;

    private final Consumer<AgentMessage> stream;
    private final Supplier<List<Condition>> ofKernel;
    private List<Condition> conditions = List.of();
    /** Null if nothing was sent yet, not even an empty list. */
    private @Nullable List<Difference> differences;

    private FilesReport files = FilesReport.NONE;

    /** @param ofKernel returns the conditions that the kernel knows of */
    HostReports(Consumer<AgentMessage> stream, Supplier<List<Condition>> ofKernel) {
        this.stream = stream;
        this.ofKernel = ofKernel;
    }

    /**
     * Reports what is wrong with the host.
     *
     * @param ofState the conditions of the stored desired state
     */
    void conditions(List<Condition> ofState) {
        List<Condition> now =
                Stream.concat(ofState.stream(), ofKernel.get().stream()).toList();
        if (!now.equals(conditions)) {
            conditions = now;
            stream.accept(AgentMessage.newBuilder()
                    .setHostConditions(ReportWire.toWire(now))
                    .build());
        }
    }

    /** Reports the jails for which the host does not follow the server. */
    void differences(List<Difference> now) {
        if (now.equals(differences)) {
            return;
        }
        differences = now;
        String listing = UUID.randomUUID().toString();
        Differences.Builder part = Differences.newBuilder().setListing(listing);
        int bytes = 0;
        for (Difference difference : now) {
            var wire = DifferenceWire.toWire(difference);
            bytes += wire.getSerializedSize();
            part.addDifferences(wire);
            if (bytes > PART_BYTES) {
                stream.accept(AgentMessage.newBuilder().setDifferences(part).build());
                part = Differences.newBuilder().setListing(listing);
                bytes = 0;
            }
        }
        stream.accept(
                AgentMessage.newBuilder().setDifferences(part.setEnds(true)).build());
    }

    /** Reports the files that removed jails have left, and how many ranges of ids are in use. */
    void files(FilesReport now) {
        if (now.ranges() == 0) {
            return;
        }
        if (now.version() != files.version()) {
            KeptFilesWire.toWire(now.files())
                    .forEach(kept -> stream.accept(
                            AgentMessage.newBuilder().setKeptFiles(kept).build()));
        }
        if (now.taken() != files.taken() || files.ranges() == 0) {
            stream.accept(AgentMessage.newBuilder()
                    .setIdRanges(IdRanges.newBuilder().setCount(now.ranges()).setTaken(now.taken()))
                    .build());
        }
        files = now;
    }
}
