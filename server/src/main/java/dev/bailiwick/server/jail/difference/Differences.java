package dev.bailiwick.server.jail.difference;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The jails about which hosts and the server differ, and the decisions of operators about each. As long as a jail differs, its
 * addresses are not assigned to other jails, and its definition is changed only by such a decision.
 */
@Service
class Differences {

    private final JdbcClient jdbc;
    private final ReportedDifferences reported;
    private final Intents intents;
    private final JailList list;
    private final Audit audit;

    Differences(JdbcClient jdbc, ReportedDifferences reported, Intents intents, JailList list, Audit audit) {
        this.jdbc = jdbc;
        this.reported = reported;
        this.intents = intents;
        this.list = list;
        this.audit = audit;
    }

    /** Returns the differences of a host, in the order of the jails' ids. */
    List<DifferingJail> list(Caller caller, HostId host) {
        caller.require(Scope.HOSTS_READ);
        return jdbc.sql("SELECT * FROM host_difference WHERE host_id = ? ORDER BY jail_id")
                .param(host.value())
                .query((row, number) -> version(row))
                .list();
    }

    /**
     * Carries out an operator's decision about a difference: ends the difference, or stores the choice.
     *
     * @param customer the customer who owns the jail from now on; empty for the one that the host has recorded
     * @throws DifferenceNotFound if there is no such difference
     * @throws InvalidRequest if this choice is not possible for it
     */
    @Transactional
    public void decide(Caller caller, HostId host, JailId jail, Choice choice, Optional<CustomerId> customer) {
        caller.require(Scope.HOSTS_WRITE);
        caller.require(Right.DEFINE);
        Optional<CustomerId> owner = choice == Choice.ADOPT ? intents.lockOwner(jail) : Optional.empty();
        lock(host);
        DifferingJail version = jdbc.sql("SELECT * FROM host_difference WHERE host_id = ? AND jail_id = ?")
                .params(host.value(), jail.value())
                .query((row, number) -> version(row))
                .optional()
                .orElseThrow(() -> new DifferenceNotFound(jail));
        if (!Choice.of(version).contains(choice)) {
            throw new InvalidRequest(
                    "/choice",
                    Choice.of(version).stream()
                            .map(one -> "'" + one.text() + "'")
                            .collect(Collectors.joining(" or ", "must be ", " here")));
        }
        if (customer.isPresent() && (choice != Choice.ADOPT || version.kind() != Hold.Kind.UNKNOWN)) {
            throw new InvalidRequest("/customer", "can be given only to adopt a jail that the server does not know");
        }
        audit.record(
                caller.actor(),
                Subject.of("host", host),
                new DifferenceEvent.Decided(jail.toString(), version.kind().text(), choice.text()));
        if (choice == Choice.KEEP || (version.kind() == Hold.Kind.UNKNOWN && choice == Choice.REMOVE)) {
            note(host, jail, choice);
        } else if (version.kind() == Hold.Kind.UNKNOWN) {
            intents.adopt(caller, host, present(version), customer);
            end(host, jail);
        } else {
            end(caller, host, version, choice, owner);
        }
        reported.notifyOf(host);
    }

    /** @param owner the customer who is locked, if the jail gets the definition that its host has */
    private void end(Caller caller, HostId host, DifferingJail version, Choice choice, Optional<CustomerId> owner) {
        JailId jail = version.jail();
        intents.raise(host, jail, version.above());
        end(host, jail);
        JailView before = list.find(jail).orElseThrow(() -> new JailNotFound(jail));
        if (choice == Choice.ADOPT && !owner.equals(Optional.of(before.customer()))) {
            throw new InvalidRequest("/choice", "cannot be carried out while the jail is moved: try again");
        }
        switch (choice) {
            case REMOVE -> intents.act(caller, before, new JailAction.Remove(FilesFate.KEPT));
            case ADOPT -> intents.settle(caller, before, present(version));
            case RESTORE, KEEP -> intents.renew(caller, before);
        }
    }

    private static DesiredJail.Present present(DifferingJail version) {
        if (version.has().orElse(null) instanceof DesiredJail.Present kept) {
            return kept;
        }
        throw new InvalidRequest("/choice", "cannot be 'adopt': the host has no definition of this jail");
    }

    private void note(HostId host, JailId jail, Choice choice) {
        jdbc.sql("""
                        UPDATE host_difference SET choice = ? WHERE host_id = ? AND jail_id = ?
                        RETURNING notify_after_commit('host_changed', host_id::text)
                        """)
                .params(choice.text(), host.value(), jail.value())
                .query((row, number) -> number)
                .list();
    }

    private void end(HostId host, JailId jail) {
        jdbc.sql("DELETE FROM host_difference WHERE host_id = ? AND jail_id = ?")
                .params(host.value(), jail.value())
                .update();
    }

    /** Locks the host's row. Every change of the host's desired state begins with that. */
    private void lock(HostId host) {
        var _ = jdbc.sql("SELECT id FROM host WHERE id = ? AND retired_at IS NULL FOR NO KEY UPDATE")
                .param(host.value())
                .query((row, number) -> number)
                .optional()
                .orElseThrow(() -> new HostNotFound(host));
    }

    private static DifferingJail version(ResultSet row) throws SQLException {
        Hold.Kind kind = Hold.Kind.parse(row.getString("kind"));
        @Nullable String choice = row.getString("choice");
        return new DifferingJail(
                new JailId(row.getObject("jail_id", UUID.class)),
                kind,
                row.getLong("generation"),
                row.getLong("above"),
                Optional.ofNullable(has(kind, row.getBytes("has"))),
                Optional.ofNullable(choice).flatMap(Choice::of),
                row.getTimestamp("seen_at").toInstant());
    }

    private static @Nullable DesiredJail has(Hold.Kind kind, byte @Nullable [] stored) {
        if (stored == null) {
            return null;
        }
        try {
            return kind == Hold.Kind.REMOVED
                    ? Wire.fromWire(Removal.parseFrom(stored))
                    : Wire.fromWire(Intent.parseFrom(stored));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A stored difference cannot be read", e);
        }
    }
}
