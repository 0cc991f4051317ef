package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.FakeKernel;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A host with one agent after another; the test controls their time and threads. */
final class SimulatedHost {

    final ManualClock clock = new ManualClock();
    final List<Report> reports = new ArrayList<>();
    ManualWorkers workers = new ManualWorkers(clock);
    FakeKernel kernel = new FakeKernel(clock);
    final RememberedRuns runs = new RememberedRuns();
    final RememberedEnds ends = new RememberedEnds();
    Reconciler reconciler = new Reconciler(kernel, HostFloor.NONE, runs, ends, clock, workers);
    private DesiredState accepted = DesiredState.NONE;

    static SimulatedHost startedWith(DesiredState initial) {
        SimulatedHost host = new SimulatedHost();
        host.accepted = initial;
        host.reconciler.start(() -> initial, host.reports::add);
        host.workers.work();
        return host;
    }

    void accept(DesiredState next) {
        tell(next);
        workers.work();
    }

    /** Passes the desired state to the agent; does not wait for effects. */
    void tell(DesiredState next) {
        StateChange change = StateChange.between(accepted, next);
        accepted = next;
        reconciler.accept(change);
    }

    void pass(Duration duration) {
        workers.pass(duration);
    }

    /** Ends the agent, but not the kernel. */
    void killAgent() {
        reconciler.close();
        kernel.close();
    }

    /** Ends the agent and every jail, and with them what the kernel knew. */
    void reboot(DesiredState stored) {
        killAgent();
        kernel = new FakeKernel(clock);
        startNextAgent(stored);
    }

    void startNextAgent(DesiredState initial) {
        reports.clear();
        workers = new ManualWorkers(clock);
        kernel = kernel.reopened();
        reconciler = new Reconciler(kernel, HostFloor.NONE, runs, ends, clock, workers);
        accepted = initial;
        reconciler.start(() -> initial, reports::add);
        workers.work();
    }

    Report last(JailId id) {
        return reports.stream()
                .filter(report -> report.jail().equals(id))
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    List<Phase> phases(JailId id) {
        return reports.stream()
                .filter(report -> report.jail().equals(id))
                .map(Report::phase)
                .toList();
    }

    List<String> reasons(JailId id) {
        return last(id).conditions().stream().map(Condition::reason).toList();
    }

    List<String> calls(JailId id) {
        return kernel.calls().stream()
                .filter(call -> call.endsWith(id.toString()))
                .map(call -> call.substring(0, call.indexOf(' ')))
                .toList();
    }
}
