package dev.bailiwick.server.jail;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.certificate.HostCertificates;
import dev.bailiwick.server.jail.view.JailRows;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The desired state of each host, as the link sends it. */
@Service
public class DesiredStates {

    /** The jails that the server does not know and that an operator has decided to remove from the host. */
    private static final String LET_GO =
            "ARRAY(SELECT d.jail_id FROM host_difference d WHERE d.host_id = :host AND d.choice = 'remove') AS let_go, ";

    private static final String SINCE =
            "SELECT h.revision AS host_revision, h.history, h.pruned_revision, clock_timestamp() AS read_at, "
                    + LET_GO
                    + JailRows.DEFINITION
                    + JailRows.DESIRED + """

            FROM host h LEFT JOIN jail j ON j.host_id = h.id
                AND j.revision > CASE WHEN :since < h.pruned_revision OR :since > h.revision THEN 0 ELSE :since END
            WHERE h.id = :host AND h.retired_at IS NULL""";

    private static final String IN_ORDER = " ORDER BY j.revision, j.id";

    private final JdbcClient jdbc;
    private final JailRows rows;
    private final Clock clock;

    DesiredStates(JdbcClient jdbc, JailRows rows, Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.clock = clock;
    }

    /**
     * Reads the part of the desired state that the host does not know. A single statement reads it, so the result is
     * true at one moment.
     *
     * @param revision the revision that the host knows; 0 for none
     * @return a snapshot if the host knows nothing, if the server may have forgotten removals that the host does not
     *     know of, or if the revision never existed here (because the database was restored); otherwise a delta
     * @throws HostNotFound if the host does not exist or is retired
     */
    public DesiredChange since(HostId host, long revision) {
        Reading reading = jdbc.sql(SINCE + IN_ORDER)
                .param("host", host.value())
                .param("since", revision)
                .query(this::read);
        return change(host, revision, reading);
    }

    /**
     * Does the same as {@link #since(HostId, long)} for a host that presents this certificate.
     *
     * @throws HostNotFound also if the certificate is no longer valid for the host
     */
    public DesiredRead since(HostId host, long revision, X509Certificate certificate) {
        Reading reading = jdbc.sql(SINCE + " AND " + HostCertificates.ADMITS + IN_ORDER)
                .param("host", host.value())
                .param("since", revision)
                .param("serial", HostCertificates.serial(certificate))
                .param("now", Timestamp.from(clock.instant()))
                .query(this::read);
        DesiredChange change = change(host, revision, reading);
        return new DesiredRead(change, reading.history, reading.letGo, reading.at);
    }

    /**
     * @param history a hash over all changes up to the revision
     * @param letGo the jails that the host has to remove although the server does not know them
     * @param at the time of the reading, by the clock of the database
     */
    public record DesiredRead(DesiredChange change, ByteString history, List<JailId> letGo, Instant at) {}

    private static DesiredChange change(HostId host, long revision, Reading reading) {
        if (!reading.found) {
            throw new HostNotFound(host);
        }
        boolean everything = revision == 0 || revision < reading.prunedRevision || revision > reading.revision;
        return everything
                ? new DesiredChange.Snapshot(reading.revision, reading.jails)
                : new DesiredChange.Delta(reading.revision, reading.jails);
    }

    private Reading read(ResultSet row) throws SQLException {
        Reading reading = new Reading();
        while (row.next()) {
            reading.found = true;
            reading.at = row.getTimestamp("read_at").toInstant();
            reading.revision = row.getLong("host_revision");
            reading.prunedRevision = row.getLong("pruned_revision");
            reading.history = ByteString.copyFrom(row.getBytes("history"));
            reading.letGo = Stream.of((UUID[]) row.getArray("let_go").getArray())
                    .map(JailId::new)
                    .toList();
            if (row.getObject("id") != null) {
                reading.jails.add(rows.desired(row));
            }
        }
        return reading;
    }

    private static final class Reading {
        private final List<DesiredJail> jails = new ArrayList<>();
        private boolean found;
        private Instant at = Instant.EPOCH;
        private long revision;
        private ByteString history = ByteString.EMPTY;
        private List<JailId> letGo = List.of();
        private long prunedRevision;
    }
}
