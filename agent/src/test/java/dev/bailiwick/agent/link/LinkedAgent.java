package dev.bailiwick.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.agent.link.state.DesiredStates;
import dev.bailiwick.agent.link.state.SnapshotStore;
import dev.bailiwick.agent.link.stream.StreamKinds;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.protocol.v1.Hello;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An agent's link to a {@link FakeServer}, created for each test. */
abstract class LinkedAgent {

    static final HostFacts FACTS = new HostFacts("6.18", "x86_64", "Debian", 2, 4L << 30, "boot", "/jails", List.of());

    @TempDir
    Path directory;

    final BlockingQueue<StateChange> changes = new LinkedBlockingQueue<>();

    final BlockingQueue<Denial> refused = new LinkedBlockingQueue<>();

    KeptFigures figures = KeptFigures.NONE;

    final StreamKinds streams = new StreamKinds();

    /** To which replicas connections for streams were opened. */
    final BlockingQueue<Optional<ServerAddress>> dialled = new LinkedBlockingQueue<>();

    volatile HostFacts facts = FACTS;

    final Semaphore blocked = new Semaphore(0);

    final Semaphore unblock = new Semaphore(0);

    DesiredState worksTowards = DesiredState.NONE;

    FakeServer server;

    ServerLink link;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        link = open();
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    ServerLink open() {
        return open(directory);
    }

    ServerLink open(Path state) {
        return new ServerLink(
                thread -> NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                        .usePlaintext()
                        .executor(thread)
                        .build(),
                (replica, callbacks) -> {
                    dialled.add(replica);
                    return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                            .usePlaintext()
                            .executor(callbacks)
                            .build();
                },
                () -> {},
                DesiredStates.read(new SnapshotStore(state)),
                new LocalHost(
                        "1.2.3",
                        () -> facts,
                        this::answer,
                        this::denials,
                        () -> FilesReport.NONE,
                        figures,
                        List::of,
                        streams));
    }

    private List<Denial> denials() {
        List<Denial> counted = new ArrayList<>();
        refused.drainTo(counted);
        return counted;
    }

    HostAnswer answer(HostQuestion<?> question) {
        return switch (question) {
            case HostQuestion.RunCommand _ -> HostAnswer.CommandEnd.refused("Unsupported", "no kernel is here");
            case HostQuestion.OpenSession _ -> new HostAnswer.SessionOpened(Optional.empty());
            case HostQuestion.ListSessions _ -> new HostAnswer.Sessions(List.of());
            case HostQuestion.EndSession _ -> new HostAnswer.SessionGone(false);
            case HostQuestion.WorkOnFiles _ ->
                new HostAnswer.FilesOutcome(new FileResult.Refused(FileResult.Reason.NO_FILES, "no kernel is here"));
            case HostQuestion.DialReplica _ -> throw new AssertionError("the link answers this");
            case HostQuestion.ReadLog _ -> throw new UnsupportedOperationException("no kernel is here");
            case HostQuestion.CountRules _ -> new HostAnswer.RuleCounts(List.of());
            case HostQuestion.MayUsePath(RootPath path, Base _) -> {
                if (path.value().contains("broken")) {
                    throw new IllegalStateException("the file system is broken");
                }
                if (path.value().contains("slow")) {
                    blocked.release();
                    unblock.acquireUninterruptibly();
                }
                yield new HostAnswer.PathVerdict(
                        path.value().contains("bad") ? Optional.of("leaves /jails") : Optional.empty());
            }
        };
    }

    FakeServer.Stream connected() throws InterruptedException {
        FakeServer.Stream stream = server.stream();
        Hello hello = stream.next().getHello();
        assertThat(hello.getAgentVersion()).isEqualTo("1.2.3");
        stream.welcome(60_000);
        return stream;
    }

    /** Waits for the next change; returns the desired state of the host after it. */
    DesiredState nextHandedOver() throws InterruptedException {
        StateChange change = changes.poll(60, TimeUnit.SECONDS);
        if (change == null) {
            throw new AssertionError("no change arrived within 10 s");
        }
        worksTowards = change.upon(worksTowards);
        return worksTowards;
    }

    static int command(String... words) throws IOException, InterruptedException {
        return new ProcessBuilder(words).inheritIO().start().waitFor();
    }
}
