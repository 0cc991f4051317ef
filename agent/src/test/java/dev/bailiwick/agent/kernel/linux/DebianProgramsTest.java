package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Programs of Debian, as their packages install them, and what they need a definition to say. */
@NeedsRoot
class DebianProgramsTest {

    /** Long enough for a boot, or for PostgreSQL, beside other tests. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What ordinary users of a Debian expect to do, each with a line about its result. */
    private static final String ORDINARY_USER = """
            echo "sudo $(echo first-ada | sudo -S -p '' id -u 2>/dev/null)"
            echo "su $(echo first-bob | su bob -c 'id -un' 2>/dev/null)"
            printf '%s\\n' first-ada Second.ada.9 Second.ada.9 | passwd >/dev/null 2>&1
            echo "passwd $(echo Second.ada.9 | su ada -c 'id -un' 2>/dev/null)"
            echo '0 5 * * * true' | crontab - 2>/dev/null
            echo "crontab $(crontab -l 2>/dev/null)"
            echo "ping $(ping -c 1 -W 5 $(hostname -I | cut -d' ' -f1) | grep -o '1 received')"
            printf 'Subject: greeting\\n\\nhello\\n' | /usr/sbin/sendmail -odf bob 2>/dev/null
            echo "mail $(echo first-bob | su bob -c 'grep Subject: /var/mail/bob' 2>/dev/null)"
            """;

    /** Joins two tables of 90 MB, whose hash table PostgreSQL's processes keep in /dev/shm. */
    private static final String PARALLEL_HASH_JOIN = """
            cat >/tmp/join.sql <<'SQL'
            CREATE UNLOGGED TABLE a AS SELECT n, repeat('x', 270) AS filler FROM generate_series(1, 300000) n;
            CREATE UNLOGGED TABLE b AS SELECT * FROM a;
            ANALYZE a; ANALYZE b;
            SET work_mem = '128MB'; SET max_parallel_workers_per_gather = 2; SET min_parallel_table_scan_size = 0;
            SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET enable_mergejoin = off; SET enable_nestloop = off;
            EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT sum(length(a.filler) + length(b.filler)) FROM a JOIN b USING (n);
            SQL
            bin=/usr/lib/postgresql/15/bin
            $bin/pg_ctl -D /var/lib/postgresql/15/main -w start -l /tmp/log \\
                -o '-c config_file=/etc/postgresql/15/main/postgresql.conf -c fsync=off' >/dev/null
            psql -f /tmp/join.sql 2>&1
            $bin/pg_ctl -D /var/lib/postgresql/15/main -m immediate stop >/dev/null
            """;

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void anOrdinaryUserDoesWithSetuidWhatUsersOfADebianDo() throws Exception {
        assertThat(outputOf(ordinary("setuid", Privileges.SETUID))).isEqualTo("""
                sudo 0
                su bob
                passwd ada
                crontab 0 5 * * * true
                ping 1 received
                mail Subject: greeting
                """);
    }

    @Test
    void withoutSetuidOnlyPingWorksForAnOrdinaryUser() throws Exception {
        assertThat(outputOf(ordinary("none", Privileges.NONE))).isEqualTo("""
                sudo\s
                su\s
                passwd\s
                crontab\s
                ping 1 received
                mail\s
                """);
    }

    @Test
    void aParallelHashJoinOfPostgresNeedsMoreSharedMemoryThanJailsHaveByDefault() throws Exception {
        assertThat(outputOf(postgres("usual", Limits.NONE)))
                .contains("could not resize shared memory segment", "No space left on device");
        assertThat(outputOf(postgres("raised", Limits.NONE.with(Limit.SHM, 512L << 20))))
                .contains("Workers Launched: 2", "Parallel Hash Join")
                .doesNotContain("ERROR");
    }

    /** Redis' unit has {@code PrivateUsers=}, with which services fail in jails. */
    @Test
    void systemdRunsRedisAndTheOthersWithoutAFailedUnit() throws Exception {
        JailDefinition definition = DefinitionVariant.of(DebianPrograms.jail(host, "booted", ""))
                .command(new Command(List.of("/sbin/init"), Map.of()))
                .policy(Policy.of(Profile.SYSTEM))
                .definition();

        String log = outputOf(definition);

        assertThat(Path.of(definition.path().value(), "root/report")).as(log).hasContent("""
                running
                active
                active
                active
                active
                1
                """);
    }

    private String outputOf(JailDefinition definition) throws IOException, InterruptedException {
        return PatientHost.outputOf(host, definition, PATIENCE);
    }

    private JailDefinition ordinary(String name, Privileges privileges) throws IOException, InterruptedException {
        JailDefinition definition = DebianPrograms.jail(host, name, ORDINARY_USER);
        return definition.with(
                definition.execution().with(CommandUser.parse("ada")).with(privileges));
    }

    private JailDefinition postgres(String name, Limits limits) throws IOException, InterruptedException {
        JailDefinition definition = DebianPrograms.jail(host, name, PARALLEL_HASH_JOIN);
        Execution execution = definition
                .execution()
                .with(CommandUser.parse("postgres"))
                .with(new RunDirectories(List.of(RunDirectory.parse("/run/postgresql - 0755"))));
        return DefinitionVariant.of(definition.with(execution)).limits(limits).definition();
    }
}
