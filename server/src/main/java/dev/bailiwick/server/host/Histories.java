package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Detects that the database was restored from a backup, by comparing hashes of revisions that hosts hold; see the trigger {@code
 * host_revision_chain}.
 */
@Service
public class Histories {

    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock;

    Histories(JdbcClient jdbc, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A revision that a host has, with its hash.
     *
     * @param hash in hexadecimal
     */
    public record Mark(long revision, String hash) {}

    /** The result of comparing a host's history with the database's. */
    public sealed interface Comparison {

        /** The database has all revisions of the host. */
        record Same() implements Comparison {}

        /** The host was away too long for a comparison; it needs a snapshot. */
        record Unknown() implements Comparison {}

        /** The host has revisions after this one that the database has lost; 0 if no common revision is known. */
        record Diverged(long commonRevision) implements Comparison {}
    }

    /**
     * Compares the histories. If they have diverged, records that for operators, and raises this database's revision above the
     * host's, so that the host's revision never decreases.
     *
     * @param claimed the revision that the host has on its disk; 0 if it has none, or needs a snapshot
     * @param marks the latest revisions of the host, latest first; empty if its agent does not keep them
     * @param keepsDifferences whether the agent keeps jails that a snapshot contradicts
     */
    @Transactional
    public Comparison compare(HostId host, long claimed, List<Mark> marks, boolean keepsDifferences) {
        HistoryMatch match = find(host, marks);
        long latest = Math.max(claimed, marks.isEmpty() ? 0 : marks.getFirst().revision);
        boolean isAhead = latest > match.revision;
        if (!isAhead && (marks.isEmpty() || match.isLatestKnown)) {
            return new Comparison.Same();
        }
        if (!isAhead && match.oldest != null && latest < match.oldest) {
            return new Comparison.Unknown();
        }
        note(host, latest, match.revision, match.common);
        if (!keepsDifferences) {
            // The agent would stop jails that a snapshot lacks. It rejects a lower revision, so its jails keep running.
            return new Comparison.Unknown();
        }
        jdbc.sql("""
                        UPDATE host SET revision = greatest(revision, :latest) + 1, pruned_revision = greatest(revision, :latest) + 1
                        WHERE id = :host RETURNING notify_after_commit('host_changed', id::text)
                        """)
                .param("latest", latest)
                .param("host", host.value())
                .query((row, number) -> number)
                .list();
        return new Comparison.Diverged(match.common);
    }

    private HistoryMatch find(HostId host, List<Mark> marks) {
        return jdbc.sql("""
                        WITH shown AS (
                            SELECT s.revision, decode(s.hash, 'hex') AS hash, s.number
                            FROM unnest(:revisions::bigint[], :hashes::text[]) WITH ORDINALITY AS s(revision, hash, number)),
                        known AS (
                            SELECT s.revision, s.number FROM shown s JOIN host_revision r
                                ON r.host_id = :host AND r.revision = s.revision AND r.hash = s.hash)
                        SELECT h.revision, (SELECT min(r.revision) FROM host_revision r WHERE r.host_id = :host) AS oldest,
                            coalesce((SELECT max(k.revision) FROM known k), 0) AS common,
                            EXISTS (SELECT FROM known k WHERE k.number = 1) AS latest_known
                        FROM host h WHERE h.id = :host AND h.retired_at IS NULL
                        """)
                .param("host", host.value())
                .param("revisions", marks.stream().map(Mark::revision).toArray(Long[]::new))
                .param("hashes", marks.stream().map(Mark::hash).toArray(String[]::new))
                .query((row, number) -> new HistoryMatch(
                        row.getLong("revision"),
                        row.getObject("oldest", Long.class),
                        row.getLong("common"),
                        row.getBoolean("latest_known")))
                .optional()
                .orElseThrow(() -> new HostNotFound(host));
    }

    private record HistoryMatch(long revision, @Nullable Long oldest, long common, boolean isLatestKnown) {}

    private void note(HostId host, long hostRevision, long serverRevision, long commonRevision) {
        int news = jdbc.sql("""
                        INSERT INTO host_branch AS b (host_id, seen_at, host_revision, server_revision, common_revision)
                        VALUES (:host, :now, :hosts, :servers, :common)
                        ON CONFLICT (host_id) DO UPDATE SET seen_at = excluded.seen_at, host_revision = excluded.host_revision,
                            server_revision = excluded.server_revision, common_revision = excluded.common_revision
                        WHERE (b.host_revision, b.common_revision) <> (excluded.host_revision, excluded.common_revision)
                        """)
                .param("host", host.value())
                .param("now", Timestamp.from(clock.instant()))
                .param("hosts", hostRevision)
                .param("servers", serverRevision)
                .param("common", commonRevision)
                .update();
        if (news > 0) {
            audit.record(
                    "host:" + host,
                    Subject.of("host", host),
                    new HostEvent.HistoryDiverged(hostRevision, serverRevision, commonRevision));
            notifySeen(host);
        }
    }

    /** A record that a host has revisions that the database has lost. */
    public record Branch(Instant seenAt, long hostRevision, long serverRevision, long commonRevision) {}

    /** Returns the record of diverged histories; empty after an operator closed it. */
    public Optional<Branch> branch(HostId host) {
        return jdbc.sql(
                        "SELECT seen_at, host_revision, server_revision, common_revision FROM host_branch WHERE host_id = ?")
                .param(host.value())
                .query((row, number) -> new Branch(
                        row.getTimestamp("seen_at").toInstant(),
                        row.getLong("host_revision"),
                        row.getLong("server_revision"),
                        row.getLong("common_revision")))
                .optional();
    }

    /**
     * Closes the record of diverged histories; does nothing if there is none.
     *
     * @throws DifferencesOpen if differences of the host wait for a decision
     */
    @Transactional
    public void close(String actor, HostId host) {
        long open = jdbc.sql("SELECT count(*) FROM host_difference WHERE host_id = ? AND choice IS NULL")
                .param(host.value())
                .query(Long.class)
                .single();
        if (open > 0) {
            throw new DifferencesOpen(open);
        }
        int closed = jdbc.sql("DELETE FROM host_branch WHERE host_id = ?")
                .param(host.value())
                .update();
        if (closed > 0) {
            audit.record(actor, Subject.of("host", host), new HostEvent.Reconciled());
            notifySeen(host);
        }
    }

    /** Differences of a host still wait for a decision. */
    public static final class DifferencesOpen extends Failure {

        private static final ProblemType TYPE =
                ProblemType.lasting(409, "differences-open", "Differences wait for a decision");
        private static final long serialVersionUID = 1L;

        DifferencesOpen(long open) {
            super(TYPE, open + " differences of this host wait for a decision.");
        }
    }

    private void notifySeen(HostId host) {
        jdbc.sql("SELECT notify_after_commit('host_seen', ?)")
                .param(host.toString())
                .query((row, number) -> number)
                .list();
    }
}
