package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Observation;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.v1.HostConditions;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.Reports;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Converts the reports of a host to and from their messages. Times have microseconds, those of conditions milliseconds. Everything
 * that is read has a bound, because a host is trusted only with its own jails. What is written is cut to the same bounds, so that no
 * report is lost because of a long message of the kernel.
 */
public final class ReportWire {

    private static final int MAX_CONDITIONS = 32;
    private static final int MAX_STEPS = 256;
    private static final int MAX_WORD = 64;
    private static final int MAX_MESSAGE = 2000;
    static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private ReportWire() {}

    /**
     * Adds an observation to a message.
     *
     * @return the number of bytes that it takes in the message
     */
    public static int add(Observation observation, Reports.Builder message) {
        return switch (observation) {
            case Report report -> {
                JailReport wire = toWire(report);
                message.addReports(wire);
                yield wire.getSerializedSize();
            }
        };
    }

    public static JailReport toWire(Report report) {
        JailReport.Builder wire = JailReport.newBuilder()
                .setJailId(report.jail().toString())
                .setGeneration(report.generation())
                .setPhase(report.phase().text())
                .setInitPid(report.initPid().orElse(0))
                .setRestarts(report.restarts())
                .setAtEpochMicros(ChronoUnit.MICROS.between(Instant.EPOCH, report.at()))
                .setFirstHostId(report.firstHostId().orElse(0));
        report.conditions().stream()
                .limit(MAX_CONDITIONS)
                .map(ReportWire::toWire)
                .forEach(wire::addConditions);
        report.steps().stream().limit(MAX_STEPS).map(ReportWire::toWire).forEach(wire::addSteps);
        report.oomKills().map(OomKillsWire::toWire).ifPresent(wire::setOomKills);
        return wire.build();
    }

    /** Converts the conditions of a host. */
    public static HostConditions toWire(List<Condition> conditions) {
        return HostConditions.newBuilder()
                .addAllConditions(conditions.stream()
                        .limit(MAX_CONDITIONS)
                        .map(ReportWire::toWire)
                        .toList())
                .build();
    }

    /** @throws MalformedMessage if {@link #toWire(List)} cannot have written the message */
    public static List<Condition> fromWire(HostConditions wire) {
        if (wire.getConditionsCount() > MAX_CONDITIONS) {
            throw new MalformedMessage("a host has too many conditions", null);
        }
        return wire.getConditionsList().stream()
                .map(condition -> condition("host, ", condition))
                .toList();
    }

    private static dev.bailiwick.protocol.v1.Condition toWire(Condition condition) {
        return dev.bailiwick.protocol.v1.Condition.newBuilder()
                .setReason(PlainText.truncate(condition.reason(), MAX_WORD))
                .setMessage(PlainText.truncate(condition.message(), MAX_MESSAGE))
                .setSinceEpochMillis(condition.since().toEpochMilli())
                .build();
    }

    private static dev.bailiwick.protocol.v1.StepTiming toWire(StepTiming step) {
        return dev.bailiwick.protocol.v1.StepTiming.newBuilder()
                .setName(PlainText.truncate(step.name(), MAX_WORD))
                .setStartMicros(step.startMicros())
                .setDurationMicros(step.durationMicros())
                .build();
    }

    /** @throws MalformedMessage if {@link #toWire(Report)} cannot have written the report */
    public static Report fromWire(JailReport wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        String where = "report of jail " + jail + ", ";
        if (wire.getConditionsCount() > MAX_CONDITIONS || wire.getStepsCount() > MAX_STEPS) {
            throw new MalformedMessage(where + "has too many conditions or steps", null);
        }
        int initPid = Field.notNegative(where + "init_pid", wire.getInitPid());
        return new Report(
                jail,
                Field.notNegative(where + "generation", wire.getGeneration()),
                Field.read(where + "phase", () -> Phase.parse(wire.getPhase())),
                initPid == 0 ? OptionalInt.empty() : OptionalInt.of(initPid),
                Field.notNegative(where + "restarts", wire.getRestarts()),
                wire.getConditionsList().stream()
                        .map(condition -> condition(where, condition))
                        .toList(),
                wire.getStepsList().stream().map(step -> step(where, step)).toList(),
                time(where + "at", ChronoUnit.MICROS, wire.getAtEpochMicros()),
                Field.hostId(where + "first_host_id", wire.getFirstHostId()),
                wire.hasOomKills()
                        ? Optional.of(OomKillsWire.fromWire(where + "oom_kills, ", wire.getOomKills()))
                        : Optional.empty());
    }

    private static Condition condition(String where, dev.bailiwick.protocol.v1.Condition wire) {
        return new Condition(
                Field.text(where + "reason", wire.getReason(), MAX_WORD),
                Field.text(where + "message", wire.getMessage(), MAX_MESSAGE),
                time(where + "since", ChronoUnit.MILLIS, wire.getSinceEpochMillis()));
    }

    private static StepTiming step(String where, dev.bailiwick.protocol.v1.StepTiming wire) {
        return new StepTiming(
                Field.text(where + "step", wire.getName(), MAX_WORD),
                Field.countable(where + "start", wire.getStartMicros()),
                Field.countable(where + "duration", wire.getDurationMicros()));
    }

    /** Reads a time within a range that a timestamp of the database can have, which is smaller than 64 bits. */
    static Instant time(String name, ChronoUnit unit, long sinceEpoch) {
        try {
            Instant time = Instant.EPOCH.plus(sinceEpoch, unit);
            if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
                throw new MalformedMessage(name + " must lie between 1970 and 9999", null);
            }
            return time;
        } catch (DateTimeException | ArithmeticException e) {
            throw new MalformedMessage(name + " must lie between 1970 and 9999", e);
        }
    }
}
