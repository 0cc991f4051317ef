package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.intent.BatchMode;
import dev.bailiwick.server.jail.intent.BatchRefused;
import dev.bailiwick.server.jail.intent.IntentAction;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.intent.JailDiffersOnHost;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The actions of a batch: starts, stops, restarts and removals of many jails in one transaction, with as many
 * statements as for a few.
 *
 * <p>INVARIANT: the rows of the hosts are locked before their jails are read (see {@link Intents}), so that the desired
 * state of the jails cannot change before the commit.
 */
@Service
class BatchActions {

    private final JdbcClient jdbc;
    private final JailList list;
    private final Intents intents;
    private final Customers customers;

    BatchActions(JdbcClient jdbc, JailList list, Intents intents, Customers customers) {
        this.jdbc = jdbc;
        this.list = list;
        this.intents = intents;
        this.customers = customers;
    }

    /**
     * The results of the lines.
     *
     * @param generations the generation of each jail that is in the requested state, whether or not its line changed
     *     it; without jails that were deleted
     * @param refused the reason why each other line was rejected, by line
     */
    record Result(Map<JailId, Long> generations, SortedMap<Integer, Failure> refused) {}

    /**
     * Carries out all actions that can be carried out, or none.
     *
     * @throws BatchRefused if the mode is {@code WHOLE} and an action cannot be carried out
     */
    @Transactional
    Result act(Caller caller, List<BatchLine.Action> lines, BatchMode mode) {
        Map<JailId, JailView> jails = lock(lines);
        Map<JailId, Long> generations = new HashMap<>();
        TreeMap<Integer, Failure> refused = new TreeMap<>();
        Set<JailId> seen = new HashSet<>();
        Map<Integer, IntentAction> changes = new LinkedHashMap<>();
        for (BatchLine.Action line : lines) {
            try {
                JailView jail = requirePermitted(caller, line, jails.get(line.jail()));
                if (!seen.add(jail.id())) {
                    throw new InvalidRequest("/id", "appears on an earlier line");
                }
                if (isDone(jail, line.action())) {
                    generations.put(jail.id(), jail.generation());
                } else {
                    changes.put(line.number(), new IntentAction(jail, line.action()));
                }
            } catch (Failure why) {
                refused.put(line.number(), why);
            }
        }
        Map<JailId, Optional<JailView>> done = intents.act(caller, List.copyOf(changes.values()));
        changes.forEach((line, change) -> {
            Optional<JailView> after = done.get(change.jail().id());
            if (after == null) {
                refused.put(line, new JailDiffersOnHost(change.jail().id()));
            } else {
                after.ifPresent(jail -> generations.put(jail.id(), jail.generation()));
            }
        });
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw new BatchRefused(refused);
        }
        return new Result(generations, refused);
    }

    private Map<JailId, JailView> lock(List<BatchLine.Action> lines) {
        List<JailId> ids = lines.stream().map(BatchLine.Action::jail).toList();
        jdbc.sql("""
                        SELECT id FROM host WHERE id IN (SELECT host_id FROM jail WHERE id = ANY (:ids::uuid[]))
                        ORDER BY id FOR NO KEY UPDATE
                        """)
                .param("ids", ids.stream().map(JailId::toString).toArray(String[]::new))
                .query((row, number) -> number)
                .list();
        return list.findAll(ids).stream().collect(Collectors.toMap(JailView::id, Function.identity()));
    }

    /** @throws Failure the same as for a request for this jail alone */
    private JailView requirePermitted(Caller caller, BatchLine.Action line, @Nullable JailView jail) {
        if (jail == null || !caller.sees(jail.customer(), jail.id())) {
            throw new JailNotFound(line.jail());
        }
        boolean removes = line.action() instanceof JailAction.Remove;
        caller.require(removes ? Right.DEFINE : Right.POWER, jail.customer(), jail.id());
        if (!removes && jail.retiredAt().isPresent()) {
            throw new JailRetired(jail.id());
        }
        if (!removes && jail.suspended()) {
            throw customers.suspended(caller, jail.customer());
        }
        return jail;
    }

    private static boolean isDone(JailView jail, JailAction action) {
        return switch (action) {
            case JailAction.Start() ->
                jail.definition().wanted() == WantedState.RUNNING && !jail.halted() && !jail.ended();
            case JailAction.Stop() -> jail.definition().wanted() == WantedState.STOPPED;
            case JailAction.Restart() -> false;
            case JailAction.Remove _ -> jail.retiredAt().isPresent();
        };
    }
}
