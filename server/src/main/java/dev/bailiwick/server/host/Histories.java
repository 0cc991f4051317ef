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
 * Tells a database that was restored from one that has merely gone on: by the hashes of revisions that hosts have kept, see the
 * trigger {@code host_revision_chain}.
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
     * A revision that a host has.
     *
     * @param hash in hexadecimal
     */
    public record Mark(long revision, String hash) {}

    /** What follows for a host from the history it has shown. */
    public sealed interface Standing {

        /** It has what this database has had. */
        record Same() implements Standing {}

        /** It has been away for so long that nothing can be said; it needs a snapshot. */
        record Unknown() implements Standing {}

        /** It has what this database has lost, beyond this revision; 0 where none is known that both have. */
        record Parted(long commonRevision) implements Standing {}
    }

    /**
     * Compares. Where the two have parted, that is noted for operators, and this database's revision is set above the host's, so
     * that it never runs backwards.
     *
     * @param claimed what the host says is on its disk; 0 where it has nothing, or wants all of it again
     * @param marks of revisions it has had, latest first; empty where it keeps none
     * @param keepsDifferences whether it takes a snapshot without giving up what that contradicts
     */
    @Transactional
    public Standing compare(HostId host, long claimed, List<Mark> marks, boolean keepsDifferences) {
        Found found = find(host, marks);
        long latest = Math.max(claimed, marks.isEmpty() ? 0 : marks.getFirst().revision);
        boolean isAhead = latest > found.revision;
        if (!isAhead && (marks.isEmpty() || found.isLatestKnown)) {
            return new Standing.Same();
        }
        if (!isAhead && found.oldest != null && latest < found.oldest) {
            return new Standing.Unknown();
        }
        note(host, latest, found.revision, found.common);
        if (!keepsDifferences) {
            // It would stop what it is not told of. It refuses what runs backwards, so nothing happens to its jails.
            return new Standing.Unknown();
        }
        jdbc.sql("""
                        UPDATE host SET revision = greatest(revision, :latest) + 1, pruned_revision = greatest(revision, :latest) + 1
                        WHERE id = :host RETURNING notify_after_commit('host_changed', id::text)
                        """)
                .param("latest", latest)
                .param("host", host.value())
                .query((row, number) -> number)
                .list();
        return new Standing.Parted(found.common);
    }

    private Found find(HostId host, List<Mark> marks) {
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
                .query((row, number) -> new Found(
                        row.getLong("revision"),
                        row.getObject("oldest", Long.class),
                        row.getLong("common"),
                        row.getBoolean("latest_known")))
                .optional()
                .orElseThrow(() -> new HostNotFound(host));
    }

    private record Found(long revision, @Nullable Long oldest, long common, boolean isLatestKnown) {}

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
            seen(host);
        }
    }

    /** That a host has what this database has lost. */
    public record Branch(Instant seenAt, long hostRevision, long serverRevision, long commonRevision) {}

    /** Present until an operator closes it. */
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
     * Nothing happens where there is none.
     *
     * @throws DifferencesOpen if nothing has been decided yet about one of the host's differences
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
            seen(host);
        }
    }

    /** Some differences of a host still wait for a decision. */
    public static final class DifferencesOpen extends Failure {

        private static final ProblemType TYPE =
                ProblemType.lasting(409, "differences-open", "Differences wait for a decision");
        private static final long serialVersionUID = 1L;

        DifferencesOpen(long open) {
            super(TYPE, open + " differences of this host wait for a decision.");
        }
    }

    private void seen(HostId host) {
        jdbc.sql("SELECT notify_after_commit('host_seen', ?)")
                .param(host.toString())
                .query((row, number) -> number)
                .list();
    }
}
