package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.Plan;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Report;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Passes on new reports. A report that repeats the previous one is dropped, and a condition that stays keeps its time. */
final class Reports {

    private final ConcurrentHashMap<JailId, Report> last = new ConcurrentHashMap<>();
    private volatile Consumer<Report> reader = _ -> {};

    /** Returns the report of a jail that has this plan. */
    static Report of(ManagedJail managed, Plan plan, Instant at, OptionalLong firstHostId) {
        return new Report(
                managed.id,
                plan.generation(),
                plan.phase(),
                managed.state.observed().map(ObservedJail::initPid).orElse(OptionalInt.empty()),
                managed.state.history().restarts(),
                managed.with(plan.conditions(), at),
                managed.state.history().steps().timings(),
                at,
                firstHostId,
                managed.oomKills(at));
    }

    void readBy(Consumer<Report> consumer) {
        reader = consumer;
    }

    /** Passes the report on unless it repeats the previous one. For one jail, never called by two threads at a time. */
    void offer(Report report) {
        Report before = last.get(report.jail());
        Report now = before == null ? report : withAges(report, before.conditions());
        if (before != null && saysTheSame(before, now)) {
            return;
        }
        last.put(report.jail(), now);
        reader.accept(now);
    }

    void forget(JailId jail) {
        last.remove(jail);
    }

    private static Report withAges(Report report, List<Condition> known) {
        List<Condition> conditions =
                report.conditions().stream().map(c -> withAge(c, known)).toList();
        return new Report(
                report.jail(),
                report.generation(),
                report.phase(),
                report.initPid(),
                report.restarts(),
                conditions,
                report.steps(),
                report.at(),
                report.firstHostId(),
                report.oomKills());
    }

    private static Condition withAge(Condition condition, List<Condition> known) {
        return known.stream()
                .filter(k ->
                        k.reason().equals(condition.reason()) && k.message().equals(condition.message()))
                .findFirst()
                .orElse(condition);
    }

    private static boolean saysTheSame(Report a, Report b) {
        return a.generation() == b.generation()
                && a.phase() == b.phase()
                && a.initPid().equals(b.initPid())
                && a.restarts() == b.restarts()
                && a.conditions().equals(b.conditions())
                && a.steps().equals(b.steps())
                && a.oomKills().equals(b.oomKills());
    }
}
