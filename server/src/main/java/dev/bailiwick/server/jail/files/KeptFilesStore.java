package dev.bailiwick.server.jail.files;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailEvent;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files that removed jails left on hosts: their owners, their use and their deletion. The server records files when
 * a host reports a jail removed; from then on, the host lists the files that it has. A new jail of the same customer at
 * the path of the files takes them over when it starts. To delete files, the server removes their jail once more, this
 * time with its files.
 */
@Service
@NamedInterface("files")
public class KeptFilesStore {

    /** Leaves out files that belong to an existing jail, or that such a jail is about to take over. */
    private static final String SELECT = """
            SELECT k.id, k.host_id, h.name AS host_name, k.path, k.customer_id, c.name AS customer_name, k.jail_id, k.jail_name, k.base,
                k.first_host_id, k.kept_at, CASE WHEN d.id IS NOT NULL THEN coalesce(s.conditions -> 0 ->> 'message', '') END AS deletion
            FROM kept_files k JOIN host h ON h.id = k.host_id AND h.retired_at IS NULL LEFT JOIN customer c ON c.id = k.customer_id
            LEFT JOIN jail d ON d.id = k.jail_id AND d.files_only LEFT JOIN jail_status s ON s.jail_id = d.id
            WHERE NOT EXISTS (SELECT FROM jail j WHERE j.host_id = k.host_id AND NOT j.files_only
                    AND (j.path = k.path OR j.id = k.jail_id))
                AND (:visible::uuid[] IS NULL OR k.customer_id = ANY ((SELECT :visible::uuid[])::uuid[]))
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Intents intents;
    private final Audit audit;
    private final Clock clock;

    KeptFilesStore(JdbcClient jdbc, JsonMapper json, Intents intents, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.intents = intents;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Lists the files that the caller may see, the latest first.
     *
     * @param after the last files of the previous page; empty for the first page
     */
    public List<KeptFilesView> list(
            Caller caller, Optional<HostId> host, Optional<CustomerId> customer, Optional<UUID> after, int limit) {
        caller.require(Scope.JAILS_READ);
        return jdbc.sql(SELECT + """
                            AND (:host::uuid IS NULL OR k.host_id = :host) AND (:customer::uuid IS NULL OR k.customer_id = :customer)
                            AND (:after::uuid IS NULL OR (k.kept_at, k.id) <
                                (SELECT last.kept_at, last.id FROM kept_files last WHERE last.id = :after
                                    AND (:visible::uuid[] IS NULL OR last.customer_id = ANY ((SELECT :visible::uuid[])::uuid[]))))
                        ORDER BY k.kept_at DESC, k.id DESC LIMIT :limit
                        """)
                .param("visible", visible(caller))
                .param("host", host.map(HostId::value).orElse(null), Types.OTHER)
                .param("customer", customer.map(CustomerId::value).orElse(null), Types.OTHER)
                .param("after", after.orElse(null), Types.OTHER)
                .param("limit", limit)
                .query((row, number) -> files(row))
                .list();
    }

    /** @throws FilesNotFound if the files do not exist, or the caller may not see them */
    KeptFilesView find(Caller caller, UUID id) {
        caller.require(Scope.JAILS_READ);
        return jdbc.sql(SELECT + " AND k.id = :id")
                .param("visible", visible(caller))
                .param("id", id)
                .query((row, number) -> files(row))
                .optional()
                .orElseThrow(() -> new FilesNotFound(id));
    }

    /** Returns the customers whose files the caller may see, as an array of PostgreSQL; null for those of all. */
    private static @Nullable String visible(Caller caller) {
        return caller.seesInstallation()
                ? null
                : caller.access().wholeCustomers().stream()
                        .map(CustomerId::toString)
                        .collect(Collectors.joining(",", "{", "}"));
    }

    /**
     * Requests the deletion of the files. They stay in the list until the host reports them deleted.
     *
     * @throws RightMissing if the caller may not define jails
     * @throws FilesNotFound if the files do not exist, or the caller may not see them
     * @throws FilesWithoutOwner if their owner is unknown
     */
    @Transactional
    public void delete(Caller caller, UUID id) {
        caller.require(Right.DEFINE);
        lock(find(caller, id).host());
        KeptFilesView files = find(caller, id);
        CustomerId customer = files.customer().orElseThrow(() -> new FilesWithoutOwner(files.path()));
        if (files.deletion().isPresent()) {
            return;
        }
        intents.deleteFiles(caller, files, customer);
    }

    /**
     * Sets the owner of files whose owner is unknown.
     *
     * @throws RightMissing if the caller may not define jails
     * @throws FilesNotFound if the files do not exist, or the caller may not see them
     * @throws InvalidRequest if the files have another owner, or the customer does not exist
     */
    @Transactional
    public KeptFilesView give(Caller caller, UUID id, CustomerId customer) {
        caller.require(Right.DEFINE);
        KeptFilesView files = find(caller, id);
        if (files.customer().filter(owner -> !owner.equals(customer)).isPresent()) {
            throw new InvalidRequest("/customer", "cannot be changed");
        }
        try {
            jdbc.sql("UPDATE kept_files SET customer_id = ? WHERE id = ?")
                    .params(customer.value(), id)
                    .update();
        } catch (DataIntegrityViolationException e) {
            throw new InvalidRequest("/customer", "is not a customer");
        }
        audit.record(
                caller.actor(),
                Subject.of("jail", files.jail()).visibleTo(customer.value()),
                new JailEvent.FilesAssigned(files.path()));
        return find(caller, id);
    }

    /**
     * Replaces the list of the files that a host has. It does not add files of jails that the server still knows. It
     * keeps the owners that the server knows, because the host may not know that a jail was moved to another customer.
     */
    @Transactional
    public void replace(HostId host, List<KeptFiles> files) {
        lock(host);
        String reported =
                json.writeValueAsString(files.stream().map(ReportedFiles::of).toList());
        jdbc.sql("""
                        DELETE FROM kept_files k WHERE k.host_id = :host AND NOT EXISTS (
                            SELECT FROM jsonb_to_recordset(:reported::jsonb) AS s(jail uuid, path text)
                            WHERE s.jail = k.jail_id AND s.path = k.path)
                        """).param("host", host.value()).param("reported", reported).update();
        jdbc.sql("""
                        INSERT INTO kept_files AS k (host_id, path, customer_id, jail_id, first_host_id, kept_at)
                        SELECT DISTINCT ON (s.path) :host, s.path, c.id, s.jail, s."firstHostId", :now
                        FROM jsonb_to_recordset(:reported::jsonb) AS s(jail uuid, path text, customer text, "firstHostId" bigint)
                        LEFT JOIN customer c ON c.id::text = s.customer
                        WHERE NOT EXISTS (SELECT FROM jail j WHERE j.host_id = :host AND j.id = s.jail)
                        ON CONFLICT (host_id, path) DO UPDATE SET first_host_id = excluded.first_host_id,
                            customer_id = coalesce(k.customer_id, excluded.customer_id)
                        """)
                .param("host", host.value())
                .param("reported", reported)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private void lock(HostId host) {
        jdbc.sql("SELECT id FROM host WHERE id = ? FOR NO KEY UPDATE")
                .param(host.value())
                .query((row, number) -> number)
                .list();
    }

    private record ReportedFiles(
            String jail,
            String path,
            String customer,
            @Nullable Long firstHostId) {
        static ReportedFiles of(KeptFiles files) {
            return new ReportedFiles(
                    files.jail().toString(),
                    files.path().value(),
                    files.customer(),
                    files.firstHostId().isPresent() ? files.firstHostId().getAsLong() : null);
        }
    }

    private static KeptFilesView files(ResultSet row) throws SQLException {
        @Nullable UUID customer = row.getObject("customer_id", UUID.class);
        @Nullable Long first = row.getObject("first_host_id", Long.class);
        return new KeptFilesView(
                row.getObject("id", UUID.class),
                new HostId(row.getObject("host_id", UUID.class)),
                row.getString("host_name"),
                row.getString("path"),
                Optional.ofNullable(customer).map(CustomerId::new),
                Optional.ofNullable(row.getString("customer_name")).orElse(""),
                new JailId(row.getObject("jail_id", UUID.class)),
                row.getString("jail_name"),
                Base.parse(row.getString("base")),
                first == null ? OptionalLong.empty() : OptionalLong.of(first),
                row.getTimestamp("kept_at").toInstant(),
                Optional.ofNullable(row.getString("deletion")));
    }
}
