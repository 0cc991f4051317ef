package dev.bailiwick.protocol;

import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.LargeProcess;
import dev.bailiwick.jail.report.OomKills.ShortOf;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Converts the processes that a kernel killed for lack of memory to and from their message. Times have microseconds. */
final class OomKillsWire {

    private OomKillsWire() {}

    static dev.bailiwick.protocol.v1.OomKills toWire(OomKills kills) {
        dev.bailiwick.protocol.v1.OomKills.Builder wire = dev.bailiwick.protocol.v1.OomKills.newBuilder()
                .setCount(kills.count())
                .setShortOf(kills.shortOf().text())
                .setHostAvailableBytes(kills.hostAvailableBytes())
                .setAtEpochMicros(ChronoUnit.MICROS.between(Instant.EPOCH, kills.at()));
        kills.largest()
                .forEach(process ->
                        wire.addLargestBuilder().setName(process.name()).setBytes(process.bytes()));
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire} cannot have written the message */
    static OomKills fromWire(String where, dev.bailiwick.protocol.v1.OomKills wire) {
        if (wire.getLargestCount() > OomKills.MAX_LARGEST) {
            throw new MalformedMessage(where + "has too many large processes", null);
        }
        return new OomKills(
                Field.positive(where + "count", Field.countable(where + "count", wire.getCount())),
                Field.read(where + "short_of", () -> ShortOf.parse(wire.getShortOf())),
                wire.getLargestList().stream()
                        .map(process -> new LargeProcess(
                                Field.text(where + "name", process.getName(), LargeProcess.MAX_NAME),
                                Field.countable(where + "bytes", process.getBytes())))
                        .toList(),
                Field.countable(where + "host_available_bytes", wire.getHostAvailableBytes()),
                ReportWire.time(where + "at", ChronoUnit.MICROS, wire.getAtEpochMicros()));
    }
}
