package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Daemons of Debian as the commands of jails, without a script around them: each is started, used by its own client from outside,
 * stopped within its own time, and started again with its data.
 */
@OnFleet
@Execution(ExecutionMode.SAME_THREAD)
class DaemonsTest {

    private static final String TEMPLATE = "daemons";
    private static final String SKIPPED = "Skipped: ";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_FOR_CRON = Duration.ofSeconds(90);

    private static @Nullable Path userland;

    /** How a daemon is run and used. Each use adds one to what it has stored, and prints that. */
    enum Daemon {
        NGINX("nginx -g 'daemon off;'", "", "", "QUIT"),
        PHP_FPM("php-fpm8.2 -F", "", "/run/php", "QUIT"),
        POSTGRESQL(
                "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main"
                        + " -c config_file=/etc/postgresql/15/main/postgresql.conf -c listen_addresses=*",
                "postgres",
                "/run/postgresql",
                "INT"),
        MARIADB(
                "mariadbd --user=mysql --bind-address=0.0.0.0 --init-file=/etc/mysql/access.sql",
                "",
                "/run/mysqld mysql",
                "TERM"),
        REDIS(
                "redis-server /etc/redis/redis.conf --daemonize no --bind 0.0.0.0 --protected-mode no",
                "redis",
                "",
                "TERM"),
        NODE("node /srv/app.js", "www-data", "", "TERM"),
        JAVA("java /srv/App.java", "www-data", "", "TERM"),
        SSHD("/usr/sbin/sshd -D -e", "", "/run/sshd", "TERM"),
        CRON("cron -f", "", "", "TERM");

        private final List<String> command;
        private final String user;
        private final String runDirectory;
        private final String stopSignal;

        /** @param runDirectory a path below /run and its owner; empty for none */
        Daemon(String command, String user, String runDirectory, String stopSignal) {
            this.command = words(command);
            this.user = user;
            this.runDirectory = runDirectory;
            this.stopSignal = stopSignal;
        }

        private static List<String> words(String command) {
            int quoted = command.indexOf('\'');
            if (quoted < 0) {
                return List.of(command.split(" ", -1));
            }
            List<String> words =
                    new ArrayList<>(List.of(command.substring(0, quoted - 1).split(" ", -1)));
            words.add(command.substring(quoted + 1, command.length() - 1));
            return words;
        }

        ObjectNode define(ObjectNode jail) {
            jail.put("base", "template:" + TEMPLATE).put("stopSignal", stopSignal);
            ArrayNode argv = jail.putArray("command");
            argv.add(command.getFirst().startsWith("/") ? command.getFirst() : programOf(command.getFirst()));
            command.stream().skip(1).forEach(argv::add);
            if (!user.isEmpty()) {
                jail.put("user", user);
            }
            if (!runDirectory.isEmpty()) {
                String[] words = runDirectory.split(" ", 2);
                ObjectNode directory = jail.putArray("runDirectories").addObject();
                directory.put("path", words[0]);
                if (words.length > 1) {
                    directory.put("owner", words[1]);
                }
            }
            return jail;
        }

        private static String programOf(String name) {
            for (String directory : List.of("/usr/sbin/", "/usr/bin/")) {
                if (Files.exists(userland().resolve((directory + name).substring(1)))) {
                    return directory + name;
                }
            }
            throw new AssertionError("the userland has no " + name);
        }

        /** Uses the daemon by its own client; returns what that printed. */
        String use(Jail jail) throws IOException, InterruptedException {
            String address = jail.address4();
            return switch (this) {
                case NGINX -> WebJail.page(address, 80);
                case NODE, JAVA -> WebJail.page(address, 8080);
                case PHP_FPM ->
                    client(
                            "env",
                            "SCRIPT_FILENAME=/srv/hello.php",
                            "REQUEST_METHOD=GET",
                            "cgi-fcgi",
                            "-bind",
                            "-connect",
                            address + ":9000");
                case POSTGRESQL ->
                    client(
                            "psql",
                            "-h",
                            address,
                            "-U",
                            "postgres",
                            "-qAt",
                            "-c",
                            "CREATE TABLE IF NOT EXISTS uses (n int); INSERT INTO uses VALUES (1);"
                                    + " SELECT 'rows ' || count(*) FROM uses");
                case MARIADB ->
                    client(
                            "mariadb",
                            "-h",
                            address,
                            "-uguest",
                            "-pguest",
                            "-N",
                            "-e",
                            "CREATE DATABASE IF NOT EXISTS uses; CREATE TABLE IF NOT EXISTS uses.uses (n int);"
                                    + " INSERT INTO uses.uses VALUES (1); SELECT CONCAT('rows ', COUNT(*)) FROM uses.uses");
                case REDIS -> client("redis-cli", "-h", address, "incr", "uses");
                case SSHD ->
                    client(
                            "ssh",
                            "-i",
                            "/root/.ssh/id_ed25519",
                            "-o",
                            "StrictHostKeyChecking=no",
                            "-o",
                            "UserKnownHostsFile=/dev/null",
                            "-o",
                            "LogLevel=ERROR",
                            "root@" + address,
                            "echo x >>/root/uses; wc -l </root/uses");
                case CRON ->
                    "ticks "
                            + Files.readAllLines(Path.of(jail.path(), "root/var/tmp/ticks"))
                                    .size();
            };
        }

        /** Returns what the first use prints, and the second use prints after the daemon was stopped and started. */
        List<String> expected() {
            return switch (this) {
                case NGINX -> List.of("Welcome to nginx", "Welcome to nginx");
                case PHP_FPM -> List.of("php 1", "php 2");
                case POSTGRESQL, MARIADB -> List.of("rows 1", "rows 2");
                case NODE -> List.of("node 1", "node 2");
                case JAVA -> List.of("java 1", "java 2");
                case REDIS, SSHD -> List.of("1", "2");
                case CRON -> List.of("ticks 1", "ticks 2");
            };
        }

        Duration patience() {
            return this == CRON ? PATIENCE_FOR_CRON : PATIENCE;
        }
    }

    @BeforeAll
    static void makeUserland() throws IOException, InterruptedException {
        assumeTrue(
                Boolean.getBoolean("bailiwick.long"),
                "a Debian takes minutes to install: run ./test --long to include it");
        Process script = new ProcessBuilder(Installation.script("daemons").toString())
                .redirectErrorStream(true)
                .start();
        List<String> output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(script.waitFor(10, TimeUnit.MINUTES)).isTrue();
        output.stream().filter(line -> line.startsWith(SKIPPED)).findFirst().ifPresent(line -> abort(line));
        assertThat(script.exitValue()).as(output.toString()).isZero();
        userland = Path.of(output.getLast());
    }

    private static Path userland() {
        if (userland == null) {
            throw new IllegalStateException("The userland has not been made");
        }
        return userland;
    }

    @ParameterizedTest
    @EnumSource
    void isUsedStoppedAndStartedAgainWithItsData(Daemon daemon, Fleet fleet) throws Exception {
        provideTemplate(fleet);
        String name = daemon.name().toLowerCase(Locale.ROOT).replace('_', '-');
        Jail jail = fleet.create(daemon.define(fleet.definition(name, 100)));
        awaitUse(daemon, jail, daemon.expected().getFirst());
        Process connected = daemon == Daemon.POSTGRESQL ? connect(jail) : null;

        Jail stopped =
                fleet.operator().post("jails/" + jail.id() + "/stop?wait=1m").jail();
        assertThat(stopped.status().phase()).as(logOf(fleet, jail)).isEqualTo("stopped");
        assertThat(stopped.status().conditions()).isEmpty();
        if (connected != null) {
            assertThat(connected.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }

        Jail started =
                fleet.operator().post("jails/" + jail.id() + "/start?wait=1m").jail();
        assertThat(started.status().phase()).isEqualTo("running");
        awaitUse(daemon, started, daemon.expected().getLast());
        assertThat(logOf(fleet, jail)).doesNotContain("was not properly shut down", "Starting crash recovery");
    }

    private static void awaitUse(Daemon daemon, Jail jail, String expected) {
        await(daemon + " answers")
                .atMost(daemon.patience())
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> daemon.use(jail), answer -> answer.contains(expected));
    }

    /** Returns the log of a jail, which is missing as long as the jail has written nothing. */
    private static String logOf(Fleet fleet, Jail jail) throws IOException {
        Path log = fleet.logOf(jail);
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static Process connect(Jail jail) throws IOException {
        return new ProcessBuilder(
                        "chroot",
                        userland().toString(),
                        "psql",
                        "-h",
                        jail.address4(),
                        "-U",
                        "postgres",
                        "-c",
                        "SELECT pg_sleep(60)")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void provideTemplate(Fleet fleet) throws IOException {
        Path link = fleet.partition().directory().resolve("state/templates").resolve(TEMPLATE);
        if (Files.notExists(link)) {
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, userland());
        }
    }

    /** Runs a program of the userland, from the host; fails unless it succeeds. */
    private static String client(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("chroot", userland().toString()));
        command.addAll(List.of(words));
        Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
        client.getOutputStream().close();
        String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (client.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + ": " + output);
        }
        return output;
    }
}
