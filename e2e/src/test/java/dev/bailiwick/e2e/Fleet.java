package dev.bailiwick.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server with its PostgreSQL, and one host that has joined it: processes of the installed programs, with their own ports and
 * directory. They end with this object.
 */
final class Fleet implements AutoCloseable {

    private static final Duration MAX_START = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final TestPartition partition;
    private final URI origin;
    private final URI readiness;
    private final Program server;
    private final Program agent;
    private final List<Program> others = new ArrayList<>();
    private final String link;
    private final int sshPort;
    private final FleetDatabase database;
    private @Nullable HttpClient secure;
    private @Nullable Entry entry;
    private @Nullable Api operator;
    private String customer = "";
    private String host = "";

    /** The first operator's ways to sign in; the link is a path. */
    record Entry(String login, String password, String link, String token) {}

    private Fleet(TestPartition partition) throws IOException, InterruptedException {
        this.partition = partition;
        int[] ports = {Ports.take(), Ports.take(), Ports.take(), Ports.take(), Ports.take()};
        this.sshPort = ports[4];
        this.origin = URI.create("https://127.0.0.1:" + ports[0]);
        this.readiness = URI.create("https://127.0.0.1:" + ports[1] + "/actuator/health/readiness");
        this.link = "127.0.0.1:" + ports[2];
        this.database = new FleetDatabase(
                "jdbc:postgresql://127.0.0.1:" + ports[3] + "/postgres",
                serverDirectory().resolve("postgresql"));
        Files.createDirectories(serverDirectory().resolve("tmp"));
        this.server = Programs.server(
                partition.directory(),
                List.of(
                        "--server.port=" + ports[0],
                        "--management.server.port=" + ports[1],
                        "--bailiwick.database.embedded-directory="
                                + serverDirectory().resolve("postgresql"),
                        "--bailiwick.database.port=" + ports[3],
                        "--bailiwick.secret-file=" + secret(),
                        "--bailiwick.authority-file=" + authority(),
                        "--bailiwick.ssh.address=127.0.0.1:" + ports[4],
                        "--bailiwick.link.address=" + link,
                        "--bailiwick.link.advertise=" + link,
                        "--bailiwick.bootstrap.file=" + serverDirectory().resolve("bootstrap.json")));
        // So that systems run also where no controller bounds memory.
        this.agent = agentCommand("run", List.of("--accept", "unbounded-system"));
    }

    static Fleet start() throws IOException, InterruptedException {
        Fleet fleet = new Fleet(TestPartition.take());
        try {
            fleet.server.start();
            fleet.awaitReady();
            fleet.furnish();
            fleet.agent.start();
            fleet.awaitConnected();
            return fleet;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            fleet.close();
            throw e;
        }
    }

    private void furnish() throws IOException, InterruptedException {
        entry = Answer.JSON.readValue(Files.readString(serverDirectory().resolve("bootstrap.json")), Entry.class);
        operator = Api.at(origin, secure(), entry.token());
        Answer made = operator.post("hosts", "{\"name\":\"local\"}");
        host = made.text("id");
        customer = newCustomer("Acme");
        // The next jail gets the address of one that was removed.
        for (String range : List.of(partition.pool4(), partition.pool6())) {
            operator.post("pools", "{\"range\":\"" + range + "\",\"quarantine\":0}")
                    .requireSuccess();
        }
        Program join = agentCommand("join", List.of("--server", link, "--token", made.text("joinToken")));
        others.add(join);
        join.run();
    }

    private Program agentCommand(String command, List<String> more) {
        return Programs.agent(partition, command, more);
    }

    Program server() {
        return server;
    }

    Program agent() {
        return agent;
    }

    Api operator() {
        if (operator == null) {
            throw new IllegalStateException("The fleet is not furnished");
        }
        return operator;
    }

    Entry entry() {
        if (entry == null) {
            throw new IllegalStateException("The fleet is not furnished");
        }
        return entry;
    }

    URI origin() {
        return origin;
    }

    /** Returns the file with the certificate of the authority that signed the server's certificate, as PEM. */
    Path authority() {
        return serverDirectory().resolve("authority.pem");
    }

    /** Returns the file with the secret with which a server signs its cookies and encrypts its authority's key. */
    Path secret() {
        return serverDirectory().resolve("secret");
    }

    int sshPort() {
        return sshPort;
    }

    FleetDatabase database() {
        return database;
    }

    Path rootBase() {
        return Programs.rootBase(partition);
    }

    /** Returns the first segment of the log of a jail. */
    Path logOf(Jail jail) {
        return partition
                .directory()
                .resolve("logs")
                .resolve(jail.id().toString())
                .resolve("0".repeat(19) + ".log");
    }

    TestPartition partition() {
        return partition;
    }

    String host() {
        return host;
    }

    String customer() {
        return customer;
    }

    String newCustomer(String name) {
        return operator().post("customers", "{\"name\":\"" + name + "\"}").text("id");
    }

    /**
     * Returns the definition of a jail that serves its name and user on port 80. A test may change it before it is sent.
     *
     * @param number determines its address; unique among the jails of a test, 1 to 2,000
     */
    ObjectNode definition(String name, int number) {
        ObjectNode jail = Answer.JSON.createObjectNode();
        jail.put("name", name)
                .put("customer", customer)
                .put("host", host)
                .put("hostname", name + ".example")
                .put("path", rootBase().resolve(name).toString())
                .put("base", "thin")
                .put("ip", partition.address4(number))
                .put("wanted", "running");
        jail.putObject("policy").put("profile", "hosting");
        jail.putArray("command").add("/usr/bin/perl").add("-e").add(WebJail.PROGRAM);
        jail.putObject("environment").put("WHO", name);
        return jail;
    }

    /** Creates the jail and waits until it runs. */
    Jail create(ObjectNode definition) {
        Jail jail = operator().post("jails?wait=1m", definition.toString()).jail();
        if (!jail.isSettled()) {
            throw new AssertionError("the jail does not run: " + jail);
        }
        return jail;
    }

    /** Returns a new user of the customer, signed in to the pages. */
    Visitor visitor(String ofCustomer, String login) throws IOException, InterruptedException {
        String password = "a password of " + login;
        operator()
                .post(
                        "users",
                        "{\"login\":\"%s\",\"password\":\"%s\",\"role\":\"customer\",\"customer\":\"%s\"}"
                                .formatted(login, password, ofCustomer))
                .requireSuccess();
        Visitor visitor = new Visitor(origin, TrustStore.clientTrusting(authority()));
        visitor.signIn(login, password);
        return visitor;
    }

    /** Waits until the server accepts requests. */
    void awaitReady() {
        awaitReady(server, readiness);
    }

    void awaitReady(Program which, URI readinessOfWhich) {
        HttpRequest ready = HttpRequest.newBuilder(readinessOfWhich)
                .timeout(Duration.ofSeconds(5))
                .build();
        await("the server is ready")
                .atMost(MAX_START)
                .pollInterval(PAUSE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    requireAlive(which);
                    return secure().send(ready, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200;
                });
    }

    /** @throws IOException while the server has not written its authority's certificate */
    HttpClient secure() throws IOException {
        if (secure == null) {
            secure = TrustStore.clientTrusting(authority()).build();
        }
        return secure;
    }

    void awaitConnected() {
        await("the host is connected").atMost(MAX_START).pollInterval(PAUSE).until(() -> {
            requireAlive(agent);
            return isConnected();
        });
    }

    void awaitDisconnected() {
        await("the host is disconnected")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(PAUSE)
                .until(() -> !isConnected());
    }

    boolean isConnected() {
        return operator().get("hosts/" + host).json().get("connected").asBoolean();
    }

    /** Copies the database, to restore it later; stops the server for this and starts it again. */
    Path copyDatabase() throws IOException, InterruptedException {
        server.stop();
        Path copy = Files.createTempDirectory(partition.directory(), "copy");
        copy(databaseDirectory(), copy.resolve("data"));
        server.start();
        awaitReady();
        return copy.resolve("data");
    }

    /** Restores the copied database, and starts the server. */
    void restoreDatabase(Path copy) throws IOException, InterruptedException {
        if (server.isAlive()) {
            server.stop();
        }
        Installation.delete(databaseDirectory());
        copy(copy, databaseDirectory());
        server.start();
        awaitReady();
    }

    /** Copies a directory with owners and modes, by cp(1), as an operator restores a database. */
    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        Process cp = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                .inheritIO()
                .start();
        if (cp.waitFor() != 0) {
            throw new IOException(from + " cannot be copied to " + to);
        }
    }

    private Path databaseDirectory() {
        return serverDirectory().resolve("postgresql/data");
    }

    /** Starts the programs that a test has left stopped. */
    void revive() {
        if (!server.isAlive()) {
            server.start();
            awaitReady();
        }
        if (!agent.isAlive()) {
            agent.start();
        }
        awaitConnected();
    }

    /** Deletes every jail with its files, and waits until the server knows of none. */
    void retireAll() {
        for (Jail jail : operator().jails()) {
            operator().delete("jails/" + jail.id() + "?files=delete").requireSuccess();
        }
        await("all jails are gone")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(PAUSE)
                .until(() -> operator().jails().isEmpty());
    }

    private static void requireAlive(Program program) {
        if (!program.isAlive()) {
            throw new AssertionError("The program ended by itself:\n" + program.lastLines());
        }
    }

    private Path serverDirectory() {
        return partition.directory().resolve("server");
    }

    /** Ends everything, also after a start that failed halfway. */
    @Override
    public void close() throws IOException {
        others.forEach(Program::close);
        agent.close();
        server.close();
        try {
            database.process().destroyForcibly();
        } catch (IOException | IllegalStateException | java.util.NoSuchElementException e) {
            // The process ended with its server, as it should.
        }
        if (secure != null) {
            secure.shutdownNow();
        }
        partition.clear();
        Installation.delete(partition.directory());
        partition.close();
    }
}
