package dev.bailiwick.server;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.network.Pools.PoolFields;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Hosts, customers and pools for tests. Each test creates its own, so that tests can share a database. {@link Paths} answers the
 * questions about root paths instead of hosts.
 */
@TestConfiguration(proxyBeanMethods = false)
public class Fleet {

    public static final Caller OPERATOR = Caller.staff(new UserId(UUID.randomUUID()), "anna", Role.OWNER);

    private static final AtomicInteger COUNTER = new AtomicInteger();

    @Bean
    @Primary
    Paths paths() {
        return new Paths();
    }

    @Bean
    Fixtures fixtures(
            JdbcClient jdbc,
            TransactionOperations transactions,
            Hosts hosts,
            HostConnections connections,
            Pools pools) {
        return new Fixtures(jdbc, transactions, hosts, connections, pools);
    }

    /** Returns the authority of the caller that filters ask for. */
    public static String authority(Caller caller) {
        return caller.role().isStaff() ? "ROLE_STAFF" : "ROLE_CUSTOMER";
    }

    /** Returns a caller of the customer. */
    public static Caller somebodyOf(CustomerId customer) {
        return Caller.ownerOf(customer, new UserId(UUID.randomUUID()), "carl");
    }

    /** Returns a definition with only a name: the server chooses the other values. */
    public static DefinitionDraft named(String name) {
        return new DefinitionDraft(name, null, null, null, null, null, null, null, null, null);
    }

    public static DefinitionDraft at(DefinitionDraft draft, @Nullable String path, @Nullable String... ip) {
        return new DefinitionDraft(
                draft.name(),
                draft.hostname(),
                path,
                draft.base(),
                ip.length == 0 ? draft.ip() : List.of(ip),
                draft.policy(),
                draft.command(),
                draft.environment(),
                draft.limits(),
                draft.wanted());
    }

    public static DefinitionDraft overriding(DefinitionDraft draft, String call, String decision) {
        return new DefinitionDraft(
                draft.name(),
                draft.hostname(),
                draft.path(),
                draft.base(),
                draft.ip(),
                new PolicyDraft(null, List.of(new OverrideDraft(call, decision, "a debugger runs in it", null, null))),
                draft.command(),
                draft.environment(),
                draft.limits(),
                draft.wanted());
    }

    public static Report report(JailId jail, long generation, Phase phase, Instant at) {
        OptionalInt init = phase == Phase.RUNNING ? OptionalInt.of(4711) : OptionalInt.empty();
        return new Report(jail, generation, phase, init, 0, List.of(), List.of(), at);
    }

    /** The answers of hosts to questions about root paths: all paths are good, unless a test sets another answer. */
    public static final class Paths implements HostCalls {

        private final Map<String, String> refusals = new ConcurrentHashMap<>();
        private volatile Function<FileRequest, FileResult> files =
                _ -> new FileResult.Refused(FileResult.Reason.NO_FILES, "no kernel is here");
        private final List<RootPath> asked = Collections.synchronizedList(new ArrayList<>());
        private final List<ExecId> endedSessions = Collections.synchronizedList(new ArrayList<>());
        private final Map<ExecId, SessionStart> sessions = new ConcurrentHashMap<>();
        private final Map<JailId, SessionState> terminals = new ConcurrentHashMap<>();
        private final Set<ExecId> unknownSessions = ConcurrentHashMap.newKeySet();
        private final Set<HostId> silent = ConcurrentHashMap.newKeySet();
        private final FakeLogs logs = new FakeLogs();

        public FakeLogs logs() {
            return logs;
        }

        public void refuse(String path, String refusal) {
            refusals.put(path, refusal);
        }

        public List<ExecId> endedSessions() {
            return List.copyOf(endedSessions);
        }

        /** Gives the init of a jail a terminal. */
        public ExecId openTerminal(JailId jail) {
            ExecId id = ExecId.random();
            terminals.put(
                    jail,
                    new SessionState(
                            id,
                            SessionState.Kind.INIT,
                            "init",
                            true,
                            "",
                            Instant.now(),
                            Optional.empty(),
                            List.of(),
                            1_000));
            return id;
        }

        private boolean isTerminal(JailId jail, ExecId session) {
            return Optional.ofNullable(terminals.get(jail))
                    .filter(one -> one.id().equals(session))
                    .isPresent();
        }

        private static SessionState state(SessionStart start) {
            return new SessionState(
                    start.id(),
                    SessionState.Kind.COMMAND,
                    start.command().argv().getFirst(),
                    start.terminal().isPresent(),
                    start.opener(),
                    Instant.now(),
                    Optional.empty(),
                    List.of(new SessionState.ExecViewer("user:<b>", true)),
                    42);
        }

        /** Answers nothing for this host from now on. */
        public void silence(HostId host) {
            silent.add(host);
        }

        /** Knows nothing of this session until it begins. */
        public void startLate(ExecId session) {
            unknownSessions.add(session);
        }

        public void begin(ExecId session) {
            unknownSessions.remove(session);
        }

        /** Answers what is asked about files of jails from now on. */
        public void files(Function<FileRequest, FileResult> answers) {
            files = answers;
        }

        public List<RootPath> asked() {
            return List.copyOf(asked);
        }

        /** Has one after another of a batch answered, as a host does. */
        private FileResult answer(FileRequest request) {
            if (!(request instanceof FileRequest.Batch(List<FileRequest> requests))) {
                return files.apply(request);
            }
            List<FileResult> results = new ArrayList<>();
            for (FileRequest one : requests) {
                results.add(files.apply(one));
                if (results.getLast() instanceof FileResult.Refused && one.isChange()) {
                    break;
                }
            }
            return new FileResult.Results(results);
        }

        @Override
        public <A extends HostAnswer> HostReply<A> ask(HostId host, HostQuestion<A> question, Duration limit) {
            if (silent.contains(host)) {
                return new HostReply.Unanswered<>(HostReply.Reason.TIMED_OUT, "it is silent");
            }
            HostAnswer answer = switch (question) {
                case HostQuestion.ReadLog(LogRead read) -> logs.read(read);
                case HostQuestion.CountRules(JailId _, Firewall rules) ->
                    new HostAnswer.RuleCounts(IntStream.range(0, rules.rules().size())
                            .mapToObj(at -> new RuleCount(at + 1, 60L * (at + 1)))
                            .toList());
                case HostQuestion.MayUsePath(RootPath path, Base _) -> {
                    asked.add(path);
                    yield new HostAnswer.PathVerdict(Optional.ofNullable(refusals.get(path.value())));
                }
                case HostQuestion.OpenSession(SessionStart start) -> {
                    sessions.put(start.id(), start);
                    yield new HostAnswer.SessionOpened(Optional.empty());
                }
                case HostQuestion.ListSessions(JailId jail) ->
                    new HostAnswer.Sessions(Stream.concat(
                                    Optional.ofNullable(terminals.get(jail)).stream(),
                                    sessions.values().stream()
                                            .filter(start -> start.jail().equals(jail))
                                            .map(Paths::state))
                            .toList());
                case HostQuestion.EndSession(JailId jail, ExecId session)
                when isTerminal(jail, session) -> new HostAnswer.SessionGone(false);
                case HostQuestion.EndSession(JailId _, ExecId session) -> {
                    sessions.remove(session);
                    endedSessions.add(session);
                    yield new HostAnswer.SessionGone(!unknownSessions.contains(session));
                }
                case HostQuestion.WorkOnFiles(FileWork work) -> new HostAnswer.FilesOutcome(answer(work.request()));
                case HostQuestion.DialReplica _ -> new HostAnswer.Dialled();
                case HostQuestion.RunCommand _ -> HostAnswer.CommandEnd.refused("JailNotRunning", "no kernel is here");
            };
            return new HostReply.Answered<>(question.answerType().cast(answer));
        }
    }

    /** Creates objects in the database. */
    public static final class Fixtures {

        public static final Duration LONG = Duration.ofMinutes(10);

        private final JdbcClient jdbc;
        private final TransactionOperations transactions;
        private final Hosts hosts;
        private final HostConnections connections;
        private final Pools pools;

        private Fixtures(
                JdbcClient jdbc,
                TransactionOperations transactions,
                Hosts hosts,
                HostConnections connections,
                Pools pools) {
            this.jdbc = jdbc;
            this.transactions = transactions;
            this.hosts = hosts;
            this.connections = connections;
            this.pools = pools;
        }

        public CustomerId customer() {
            UUID id = UUID.randomUUID();
            jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (?, ?, now())")
                    .params(id, "Customer " + id)
                    .update();
            return new CustomerId(id);
        }

        /** Creates a host that has never connected. */
        public HostId host() {
            return hosts.define(OPERATOR, new HostName("host-" + COUNTER.incrementAndGet()))
                    .id();
        }

        public HostId connectedHost() {
            HostId host = host();
            connect(host);
            return host;
        }

        /** Connects the host again; it cannot meet these demands now. */
        public void connectRefusing(HostId host, String reason, String... demands) {
            connections.connected(
                    host,
                    SessionId.random(),
                    "test",
                    facts().with(HostFacts.Capability.missing("some", reason, demands)),
                    0,
                    LONG);
        }

        /** Connects the host again, with an agent of an earlier version, which knows none of the later fields of a definition. */
        public void connectEarlierAgent(HostId host) {
            connections.connected(host, SessionId.random(), "earlier", facts().withUnknownDemands(), 0, LONG);
        }

        /** Creates a connected host with its own pool of 256 addresses. */
        public HostId connectedHostWithPool() {
            HostId host = connectedHost();
            pool(host);
            return host;
        }

        public SessionId connect(HostId host) {
            SessionId session = SessionId.random();
            connections.connected(host, session, "test", facts(), 0, LONG);
            return session;
        }

        /** Runs {@code work} while another transaction holds the lock of the host's row. */
        public void holding(HostId host, Runnable work) {
            transactions.executeWithoutResult(_ -> {
                jdbc.sql("SELECT id FROM host WHERE id = ? FOR UPDATE")
                        .param(host.value())
                        .query((row, number) -> number)
                        .list();
                work.run();
            });
        }

        /**
         * Creates a pool whose addresses do not rest, so that the next jail gets what another has released.
         *
         * @return the first three numbers of its addresses and a dot
         */
        public String pool(HostId host) {
            int number = COUNTER.incrementAndGet();
            String start = "10." + (number / 256) + "." + (number % 256) + ".";
            pools.define(
                    OPERATOR,
                    AddressRange.parse(start + "0/24"),
                    Optional.of(host),
                    new PoolFields(Egress.CLOSED, "test", 0));
            return start;
        }

        /** Returns the numbers of rows in the tables of intent, and the hosts' revisions, to check that nothing has changed. */
        public Map<String, Long> everything() {
            Map<String, Long> counts = new TreeMap<>();
            for (String table : List.of("jail", "jail_address", "policy_override", "jail_status")) {
                counts.put(
                        table,
                        jdbc.sql("SELECT count(*) FROM " + table)
                                .query(Long.class)
                                .single());
            }
            // Failed attempts to sign in, and ends of sessions, are recorded later than they happen.
            counts.put("events", jdbc.sql("""
                                    SELECT (SELECT count(*) FROM audit_event WHERE subject_kind <> 'user')
                                        + (SELECT count(*) FROM unsealed_event WHERE subject_kind <> 'user')
                                    """).query(Long.class).single());
            counts.put(
                    "revisions",
                    jdbc.sql("SELECT coalesce(sum(revision), 0) FROM host")
                            .query(Long.class)
                            .single());
            return counts;
        }

        public static HostFacts facts() {
            return new HostFacts(
                    "6.18.0",
                    "x86_64",
                    "Debian GNU/Linux 13",
                    2,
                    8L << 30,
                    "boot",
                    "/var/lib/bailiwick/jails",
                    List.of(HostFacts.Capability.available("userns")));
        }
    }
}
