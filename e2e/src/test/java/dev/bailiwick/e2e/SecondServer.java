package dev.bailiwick.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A second server with the database and secret of a fleet, and a host that is connected only to this server. Its jails, its host and
 * its pool end with this object.
 */
final class SecondServer implements AutoCloseable {

    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Fleet fleet;
    private final TestPartition partition;
    private final URI readiness;
    private final String link;
    private final Program server;
    private final Api operator;
    private @Nullable Program agent;
    private String host = "";
    private String pool = "";

    private SecondServer(Fleet fleet, TestPartition partition) throws IOException, InterruptedException {
        this.fleet = fleet;
        this.partition = partition;
        int[] ports = {Ports.take(), Ports.take(), Ports.take()};
        URI origin = URI.create("https://127.0.0.1:" + ports[0]);
        this.readiness = URI.create("https://127.0.0.1:" + ports[1] + "/actuator/health/readiness");
        this.link = "127.0.0.1:" + ports[2];
        this.operator = Api.at(origin, fleet.secure(), fleet.entry().token());
        Files.createDirectories(partition.directory().resolve("server/tmp"));
        this.server = Programs.server(
                partition.directory(),
                List.of(
                        "--server.port=" + ports[0],
                        "--management.server.port=" + ports[1],
                        "--spring.datasource.url=" + fleet.database().url(),
                        "--spring.datasource.username=postgres",
                        "--spring.datasource.password=" + fleet.database().password(),
                        "--bailiwick.secret-file=" + fleet.secret(),
                        "--bailiwick.link.address=" + link,
                        "--bailiwick.link.advertise=" + link));
    }

    static SecondServer beside(Fleet fleet) throws IOException, InterruptedException {
        SecondServer second = new SecondServer(fleet, TestPartition.take());
        try {
            second.server.start();
            fleet.awaitReady(second.server, second.readiness);
            return second;
        } catch (RuntimeException | AssertionError e) {
            System.out.println("---- second server\n" + second.server.lastLines());
            second.close();
            throw e;
        }
    }

    /** Joins a host to this server. */
    SecondServer withHost() throws InterruptedException {
        Answer created = operator.post("hosts", "{\"name\":\"of-the-second\"}");
        host = created.text("id");
        pool = operator.post("pools", "{\"range\":\"" + partition.pool4() + "\",\"quarantine\":0}")
                .text("id");
        Programs.agent(partition, "join", List.of("--server", link, "--token", created.text("joinToken")))
                .run();
        Program joined = Programs.agent(partition, "run", List.of());
        agent = joined;
        joined.start();
        await("the host of the second server is connected")
                .atMost(MAX_WAIT)
                .pollInterval(PAUSE)
                .until(() ->
                        operator.get("hosts/" + host).json().get("connected").asBoolean());
        return this;
    }

    Program server() {
        return server;
    }

    /** Returns an operator's API of this server. */
    Api operator() {
        return operator;
    }

    Path rootBase() {
        return Programs.rootBase(partition);
    }

    /** Returns the definition of a jail on this server's host. */
    ObjectNode definition(String name, int number) {
        return fleet.definition(name, number)
                .put("host", host)
                .put("path", rootBase().resolve(name).toString())
                .put("ip", partition.address4(number));
    }

    private void removeHost() {
        List<Jail> jails = new ArrayList<>(fleet.operator().jails());
        jails.removeIf(jail -> !jail.path().startsWith(rootBase().toString()));
        for (Jail jail : jails) {
            fleet.operator().delete("jails/" + jail.id() + "?files=delete").requireSuccess();
        }
        await("the jails of the second server's host are gone")
                .atMost(MAX_WAIT)
                .pollInterval(PAUSE)
                .until(() -> jails.stream()
                        .allMatch(jail -> fleet.operator().jail(jail.id()).isEmpty()));
        fleet.operator().delete("hosts/" + host).requireSuccess();
        fleet.operator().delete("pools/" + pool).requireSuccess();
    }

    @Override
    public void close() throws IOException {
        try {
            if (agent != null) {
                fleet.revive();
                removeHost();
            }
        } finally {
            if (agent != null) {
                agent.close();
            }
            server.close();
            partition.clear();
            Installation.delete(partition.directory());
            partition.close();
        }
    }
}
