package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.SettledWait;
import dev.bailiwick.server.jail.intent.BatchMode;
import dev.bailiwick.server.jail.intent.BatchRefused;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.placement.NoHostAvailable;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.placement.Placer;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;

/** The creation of many jails at once, and their starts, stops, restarts and removals. */
@Service
public class JailBatches {

    private static final int QUESTIONS_AT_ONCE = 64;
    private static final Duration MAX_ASKING = Duration.ofSeconds(5);

    private final HostFit hostFit;
    private final Intents intents;
    private final BatchActions actions;
    private final JailList list;
    private final Notifications notifications;

    JailBatches(HostFit hostFit, Intents intents, BatchActions actions, JailList list, Notifications notifications) {
        this.hostFit = hostFit;
        this.intents = intents;
        this.actions = actions;
        this.list = list;
        this.notifications = notifications;
    }

    /**
     * Stores the first generations of many jails in one transaction. Before that, it asks the hosts about the root
     * paths that the client named, for at most 5 s. A host that does not answer in time checks the path when it applies
     * the definition.
     *
     * @param longest the maximum time to wait for the hosts; empty for no wait
     * @return the result of each line, in the order of the lines
     * @throws BatchRefused if the mode is {@code WHOLE} and a jail cannot be defined; nothing is stored then
     * @throws RightMissing if the caller may not define jails
     */
    public List<BatchOutcome> define(Caller caller, List<BatchLine> lines, BatchMode mode, Optional<Duration> longest)
            throws InterruptedException {
        caller.require(Right.DEFINE);
        TreeMap<Integer, Failure> refused = new TreeMap<>();
        List<PlacedJail> placed = refusePaths(place(caller, lines, refused), refused);
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw new BatchRefused(refused);
        }
        try (SettledWait settled = new SettledWait(
                notifications,
                list,
                longest.isPresent() ? placed.stream().map(PlacedJail::id).toList() : List.of())) {
            Map<JailId, Failure> conflicts = placed.isEmpty() ? Map.of() : intents.define(caller, placed, mode);
            List<PlacedJail> stored = new ArrayList<>();
            for (PlacedJail jail : placed) {
                Failure why = conflicts.get(jail.id());
                if (why == null) {
                    stored.add(jail);
                } else {
                    refused.put(jail.line(), why);
                }
            }
            Map<JailId, JailView> seen = longest.isPresent()
                    ? settled.await(stored.stream().collect(Collectors.toMap(PlacedJail::id, _ -> 1L)), longest.get())
                    : Map.of();
            return outcomes(stored, seen, refused);
        }
    }

    /**
     * Starts, stops, restarts and removes jails in one transaction. Each line has the effect of a request for its jail
     * alone: a jail that is already in the requested state does not change.
     *
     * @param longest the maximum time to wait for the hosts; empty for no wait
     * @return the result of each line, in the order of the lines
     * @throws BatchRefused if the mode is {@code WHOLE} and an action cannot be carried out; nothing is changed then
     */
    public List<BatchOutcome> act(Caller caller, List<BatchLine> lines, BatchMode mode, Optional<Duration> longest)
            throws InterruptedException {
        caller.require(Scope.JAILS_WRITE);
        TreeMap<Integer, Failure> refused = new TreeMap<>();
        List<BatchLine.Action> legible = new ArrayList<>();
        for (BatchLine line : lines) {
            switch (line) {
                case BatchLine.Illegible(int number, Failure why) -> refused.put(number, why);
                case BatchLine.Legible(int number, NewJail _) -> refused.put(number, mixed());
                case BatchLine.Action action -> legible.add(action);
            }
        }
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw new BatchRefused(refused);
        }
        List<JailId> named =
                legible.stream().map(BatchLine.Action::jail).distinct().toList();
        try (SettledWait settled = new SettledWait(notifications, list, longest.isPresent() ? named : List.of())) {
            BatchActions.Result result = actions.act(caller, legible, mode);
            refused.putAll(result.refused());
            Map<JailId, JailView> seen =
                    longest.isPresent() ? settled.await(result.generations(), longest.get()) : Map.of();
            return outcomes(legible, result, seen, refused);
        }
    }

    private static List<BatchOutcome> outcomes(
            List<BatchLine.Action> lines,
            BatchActions.Result result,
            Map<JailId, JailView> seen,
            Map<Integer, Failure> refused) {
        TreeMap<Integer, BatchOutcome> outcomes = new TreeMap<>();
        for (BatchLine.Action line : lines) {
            outcomes.put(
                    line.number(),
                    new BatchOutcome.Done(
                            line.number(),
                            line.jail(),
                            line.action(),
                            Optional.ofNullable(result.generations().get(line.jail())),
                            Optional.ofNullable(seen.get(line.jail()))));
        }
        refused.forEach((line, why) -> outcomes.put(line, new BatchOutcome.Refused(line, why)));
        return List.copyOf(outcomes.values());
    }

    private static InvalidRequest mixed() {
        return new InvalidRequest("/action", "must be on every line of a batch, or on none");
    }

    private List<PlacedJail> place(Caller caller, List<BatchLine> lines, Map<Integer, Failure> refused) {
        Placer placer = hostFit.placer();
        BatchConflicts conflicting = new BatchConflicts();
        List<PlacedJail> placed = new ArrayList<>();
        for (BatchLine line : lines) {
            switch (line) {
                case BatchLine.Illegible(int number, Failure why) -> refused.put(number, why);
                case BatchLine.Action(int number, JailId _, JailAction _) -> refused.put(number, mixed());
                case BatchLine.Legible(int number, NewJail wanted) -> {
                    try {
                        JailId id = Jails.fresh();
                        PlacedJail jail = new PlacedJail(number, id, wanted, placer.place(caller, id, wanted));
                        if (jail.placed().namesPath()) {
                            HostFit.refuseOutside(
                                    jail.placed().host(), jail.definition().path());
                        }
                        conflicting.add(jail);
                        placed.add(jail);
                    } catch (InvalidRequest | NoHostAvailable why) {
                        refused.put(number, why);
                    }
                }
            }
        }
        return placed;
    }

    /** Asks the hosts about the named paths, and returns the jails whose paths no host rejects. */
    private List<PlacedJail> refusePaths(List<PlacedJail> placed, Map<Integer, Failure> refused)
            throws InterruptedException {
        List<PlacedJail> naming =
                placed.stream().filter(jail -> jail.placed().namesPath()).toList();
        if (naming.isEmpty()) {
            return placed;
        }
        Map<JailId, InvalidRequest> refusals = ask(naming);
        naming.forEach(jail -> {
            InvalidRequest refusal = refusals.get(jail.id());
            if (refusal != null) {
                refused.put(jail.line(), refusal);
            }
        });
        return placed.stream().filter(jail -> !refusals.containsKey(jail.id())).toList();
    }

    private Map<JailId, InvalidRequest> ask(List<PlacedJail> jails) throws InterruptedException {
        Map<JailId, InvalidRequest> refusals = new HashMap<>();
        try (ExecutorService asking = Executors.newFixedThreadPool(
                Math.min(QUESTIONS_AT_ONCE, jails.size()), Thread.ofVirtual().factory())) {
            List<Future<Optional<InvalidRequest>>> answers = asking.invokeAll(
                    jails.stream().map(this::question).toList(), MAX_ASKING.toMillis(), TimeUnit.MILLISECONDS);
            for (int i = 0; i < jails.size(); i++) {
                JailId id = jails.get(i).id();
                answer(answers.get(i)).ifPresent(refusal -> refusals.put(id, refusal));
            }
        }
        return refusals;
    }

    private Callable<Optional<InvalidRequest>> question(PlacedJail jail) {
        return () -> hostFit.hostsRefusal(jail.placed().host(), jail.definition());
    }

    private static Optional<InvalidRequest> answer(Future<Optional<InvalidRequest>> answer)
            throws InterruptedException {
        try {
            return answer.get();
        } catch (CancellationException notInTime) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("A host could not be asked about a path", e);
        }
    }

    private static List<BatchOutcome> outcomes(
            List<PlacedJail> stored, Map<JailId, JailView> seen, Map<Integer, Failure> refused) {
        TreeMap<Integer, BatchOutcome> outcomes = new TreeMap<>();
        for (PlacedJail jail : stored) {
            outcomes.put(
                    jail.line(),
                    new BatchOutcome.Stored(jail.line(), jail.id(), 1, Optional.ofNullable(seen.get(jail.id()))));
        }
        refused.forEach((line, why) -> outcomes.put(line, new BatchOutcome.Refused(line, why)));
        return List.copyOf(outcomes.values());
    }
}
