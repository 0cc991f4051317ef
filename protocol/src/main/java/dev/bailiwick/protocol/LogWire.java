package dev.bailiwick.protocol;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.protocol.v1.LogPart;
import dev.bailiwick.protocol.v1.LogQuestion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Converts reads of logs and their answers to and from their messages. */
final class LogWire {

    private LogWire() {}

    static LogQuestion toWire(LogRead read) {
        LogQuestion.Builder wire = LogQuestion.newBuilder()
                .setJailId(read.jail().toString())
                .setContaining(read.containing().orElse(""))
                .setWaitMillis(Math.toIntExact(read.patience().toMillis()));
        read.from().ifPresent(wire::setFrom);
        read.tail().ifPresent(wire::setTail);
        read.since().map(Instant::toEpochMilli).ifPresent(wire::setSinceEpochMillis);
        read.until().map(Instant::toEpochMilli).ifPresent(wire::setUntilEpochMillis);
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire(LogRead)} cannot have written it */
    static LogRead fromWire(LogQuestion wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        return Field.read(
                "log",
                () -> new LogRead(
                        jail,
                        wire.hasFrom() ? OptionalLong.of(wire.getFrom()) : OptionalLong.empty(),
                        wire.hasTail() ? OptionalInt.of(wire.getTail()) : OptionalInt.empty(),
                        wire.hasSinceEpochMillis()
                                ? Optional.of(Instant.ofEpochMilli(wire.getSinceEpochMillis()))
                                : Optional.empty(),
                        wire.hasUntilEpochMillis()
                                ? Optional.of(Instant.ofEpochMilli(wire.getUntilEpochMillis()))
                                : Optional.empty(),
                        Optional.of(wire.getContaining()).filter(text -> !text.isEmpty()),
                        Duration.ofMillis(Integer.toUnsignedLong(wire.getWaitMillis()))));
    }

    static LogPart toWire(HostAnswer.LogPart part) {
        LogPart.Builder wire = LogPart.newBuilder().setNext(part.next()).setAtEnd(part.atEnd());
        part.entries().forEach(entry -> wire.addEntries(toWire(entry)));
        part.bound().ifPresent(wire::setBound);
        return wire.build();
    }

    private static dev.bailiwick.protocol.v1.LogEntry toWire(LogEntry entry) {
        var wire = dev.bailiwick.protocol.v1.LogEntry.newBuilder()
                .setOffset(entry.offset())
                .setAtEpochMillis(entry.at().toEpochMilli());
        switch (entry) {
            case LogEntry.Output output -> {
                ByteString bytes = ByteString.copyFrom(output.content());
                switch (output.source()) {
                    case OUTPUT -> wire.setOutput(bytes);
                    case CONSOLE -> wire.setConsole(bytes);
                }
            }
            case LogEntry.Gap gap -> wire.setLost(gap.lost());
        }
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire(HostAnswer.LogPart)} cannot have written it */
    static HostAnswer.LogPart fromWire(LogPart wire) {
        if (wire.getEntriesCount() > LogRead.MAX_ENTRIES) {
            throw new MalformedMessage("entries has more than " + LogRead.MAX_ENTRIES + " entries", null);
        }
        List<LogEntry> entries = new ArrayList<>();
        long end = 0;
        for (var entry : wire.getEntriesList()) {
            LogEntry read = fromWire(entry);
            if (read.offset() < end) {
                throw new MalformedMessage("entries are not in the order of their offsets", null);
            }
            end = read.offset() + (read instanceof LogEntry.Output output ? output.content().length : 0);
            entries.add(read);
        }
        if (wire.getNext() < end) {
            throw new MalformedMessage("next is before the end of the entries", null);
        }
        return new HostAnswer.LogPart(
                entries,
                Field.countable("next", wire.getNext()),
                wire.getAtEnd(),
                wire.hasBound() ? OptionalLong.of(Field.countable("bound", wire.getBound())) : OptionalLong.empty());
    }

    private static LogEntry fromWire(dev.bailiwick.protocol.v1.LogEntry wire) {
        long offset = Field.countable("offset", wire.getOffset());
        Instant at = Instant.ofEpochMilli(wire.getAtEpochMillis());
        return switch (wire.getWhatCase()) {
            case OUTPUT ->
                new LogEntry.Output(offset, at, Source.OUTPUT, wire.getOutput().toByteArray());
            case CONSOLE ->
                new LogEntry.Output(
                        offset, at, Source.CONSOLE, wire.getConsole().toByteArray());
            case LOST -> new LogEntry.Gap(offset, at, Field.countable("lost", wire.getLost()));
            case WHAT_NOT_SET -> throw new MalformedMessage("an entry has nothing that this server knows", null);
        };
    }
}
