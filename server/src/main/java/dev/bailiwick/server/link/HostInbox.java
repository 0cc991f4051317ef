package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.DifferenceWire;
import dev.bailiwick.protocol.FigureWire;
import dev.bailiwick.protocol.KeptFilesWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DenialsTaken;
import dev.bailiwick.protocol.v1.Differences;
import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.FiguresTaken;
import dev.bailiwick.protocol.v1.Forgotten;
import dev.bailiwick.protocol.v1.HostConditions;
import dev.bailiwick.protocol.v1.IdRanges;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.figure.Figures.HostClock;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.timeline.Delivery;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;

/** Handles the reports of a host on one stream, and limits each batch. Only one thread at a time calls it. */
final class HostInbox {

    private static final Logger log = LoggerFactory.getLogger(HostInbox.class);

    private static final int MAX_LISTED = 10_000;
    /** There are no more ranges of user ids. */
    private static final int MAX_KEPT_FILES = 65_536;

    /** The maximum batch of an agent. */
    private static final int MAX_DENIALS = 2_000;

    private static final int MAX_FIGURES = 2_000;

    private final HostId host;
    private final SessionId session;
    private final SessionContext context;
    private final Consumer<ServerMessage> answers;

    /** Whether figures were stored that pages do not show yet, because more follow. */
    private boolean unannounced;

    /** Limits the log: a host may send bad reports all day. */
    private final Bucket complaints = Bucket.builder()
            .addLimit(limit -> limit.capacity(5).refillGreedy(1, Duration.ofMinutes(1)))
            .build();

    /** The kept files of the listing that the agent is sending. */
    private final List<KeptFiles> keptFiles = new ArrayList<>();

    /** The number of differences in the listing that the host is sending. */
    private int listed;

    /** What the host has reported about itself on this stream. */
    private List<Condition> reported = List.of();

    /** Present while the clock of the host is ahead. */
    private Optional<Condition> clock = Optional.empty();

    /** @param answers sends answers to reports */
    HostInbox(HostId host, SessionId session, SessionContext context, Consumer<ServerMessage> answers) {
        this.host = host;
        this.session = session;
        this.context = context;
        this.answers = answers;
    }

    /** @param deliveries the latest, for the timelines of changes */
    void take(Reports reports, List<Delivery> deliveries) {
        List<Report> all = readable(reports.getReportsList(), ReportWire::fromWire);
        context.reports().apply(host, all, deliveries);
        context.differences().strangers(host, all);
        List<JailId> removed = all.stream()
                .filter(report -> report.phase() == Phase.REMOVED)
                .map(Report::jail)
                .toList();
        if (removed.isEmpty()) {
            return;
        }
        List<JailId> forgotten = context.reports().forgotten(host, removed);
        if (!forgotten.isEmpty()) {
            answers.accept(ServerMessage.newBuilder()
                    .setForgotten(Forgotten.newBuilder()
                            .addAllJailIds(
                                    forgotten.stream().map(JailId::toString).toList()))
                    .build());
        }
    }

    void take(Denials batch) {
        UUID run = DenialWire.run(batch);
        if (batch.getDenialsCount() > MAX_DENIALS) {
            throw new MalformedMessage("a batch of denials must have at most " + MAX_DENIALS, null);
        }
        context.denials().count(host, run, batch.getSequence(), readable(batch.getDenialsList(), DenialWire::fromWire));
        answers.accept(ServerMessage.newBuilder()
                .setDenialsTaken(
                        DenialsTaken.newBuilder().setRun(batch.getRun()).setSequence(batch.getSequence()))
                .build());
    }

    void take(Figures batch) {
        String name = FigureWire.batch(batch);
        if (batch.getRowsCount() > MAX_FIGURES) {
            throw new MalformedMessage("a batch of figures must have at most " + MAX_FIGURES + " rows", null);
        }
        Map<Boolean, List<dev.bailiwick.protocol.v1.JailFigures>> byKind =
                batch.getRowsList().stream().collect(Collectors.partitioningBy(FigureWire::isOfHost));
        List<JailFigures> rows = readable(byKind.getOrDefault(false, List.of()), FigureWire::fromWire);
        List<HostFigures> ofHost = readable(byKind.getOrDefault(true, List.of()), FigureWire::hostFromWire);
        int leftOut;
        try {
            leftOut = context.figures().store(host, rows);
            int leftOutOfHost = context.figures().storeOfHost(host, ofHost);
            unannounced |= leftOut < rows.size() || leftOutOfHost < ofHost.size();
        } catch (DataIntegrityViolationException e) {
            // Jails matter more than their figures, so the session goes on. Without an answer, the agent keeps the
            // batch for its next one.
            if (complaints.tryConsume(1)) {
                log.error("figures of a host cannot be stored", e);
            }
            return;
        }
        noteClock(context.figures()
                .clock(Stream.concat(
                        rows.stream().map(JailFigures::slot), ofHost.stream().map(HostFigures::slot))));
        if (leftOut > 0 && complaints.tryConsume(1)) {
            log.atWarn()
                    .addKeyValue("leftOut", leftOut)
                    .addKeyValue("of", batch.getRowsCount())
                    .log("a host sent figures that are not stored: of jails of others, or of another time");
        }
        if (unannounced && !batch.getMore()) {
            context.figures().announce(host);
            unannounced = false;
        }
        answers.accept(ServerMessage.newBuilder()
                .setFiguresTaken(FiguresTaken.newBuilder().setBatch(name))
                .build());
    }

    void take(HostConditions message) {
        List<Condition> conditions = ReportWire.fromWire(message);
        if (complaints.tryConsume(1)) {
            conditions.forEach(condition -> log.atWarn()
                    .addKeyValue("condition", condition.reason())
                    .addKeyValue("message", condition.message())
                    .log("a host reports a problem"));
        }
        reported = conditions;
        noteConditions();
    }

    private void noteClock(HostClock found) {
        boolean isAhead = switch (found) {
            case AHEAD -> true;
            case RIGHT -> false;
            case UNKNOWN -> clock.isPresent();
        };
        if (isAhead == clock.isPresent()) {
            return;
        }
        clock = isAhead
                ? Optional.of(new Condition(
                        "ClockAhead",
                        "the clock of this host is more than five minutes ahead: figures of its jails are not stored until it is right",
                        context.clock().instant()))
                : Optional.empty();
        noteConditions();
    }

    private void noteConditions() {
        context.connections()
                .noteConditions(
                        host,
                        session,
                        Stream.concat(reported.stream(), clock.stream()).toList());
    }

    void take(Differences part) {
        listed += part.getDifferencesCount();
        if (listed > MAX_LISTED) {
            throw new MalformedMessage("a listing must have at most " + MAX_LISTED + " differences", null);
        }
        List<Difference> differences =
                part.getDifferencesList().stream().map(DifferenceWire::fromWire).toList();
        context.differences().take(host, DifferenceWire.listing(part.getListing()), differences, part.getEnds());
        if (part.getEnds()) {
            listed = 0;
        }
    }

    void take(dev.bailiwick.protocol.v1.KeptFiles message) {
        keptFiles.addAll(readable(message.getTreesList(), KeptFilesWire::fromWire));
        if (keptFiles.size() > MAX_KEPT_FILES) {
            throw new MalformedMessage("a host must have at most " + MAX_KEPT_FILES + " kept files", null);
        }
        if (!message.getMore()) {
            context.files().replace(host, List.copyOf(keptFiles));
            keptFiles.clear();
        }
    }

    /**
     * Returns the readable elements of a batch. An unreadable element must not cost the others, and sending it again would not
     * help.
     */
    private <W, T> List<T> readable(List<W> batch, Function<W, T> reading) {
        List<T> read = new ArrayList<>(batch.size());
        int leftOut = 0;
        String cause = "";
        for (W one : batch) {
            try {
                read.add(reading.apply(one));
            } catch (MalformedMessage e) {
                leftOut++;
                cause = String.valueOf(e.getMessage());
            }
        }
        if (leftOut > 0 && complaints.tryConsume(1)) {
            log.atWarn()
                    .addKeyValue("leftOut", leftOut)
                    .addKeyValue("of", batch.size())
                    .addKeyValue("cause", cause)
                    .log("a host sent a batch with unreadable parts");
        }
        return read;
    }

    void take(IdRanges ranges) {
        context.connections()
                .countIdRanges(host, notNegative("count", ranges.getCount()), notNegative("taken", ranges.getTaken()));
    }

    private static int notNegative(String field, int value) {
        if (value < 0) {
            throw new MalformedMessage(field + " of id ranges must be 0 to 2^31 - 1", null);
        }
        return value;
    }
}
