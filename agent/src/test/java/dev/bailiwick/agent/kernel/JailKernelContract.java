package dev.bailiwick.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of every {@link JailKernel}; run against the one in memory and against real ones. */
public abstract class JailKernelContract {

    private static final String FINGERPRINT = "0123456789abcdef".repeat(4);

    private final JailId id = new JailId(UUID.randomUUID());
    private final BlockingQueue<JailEnd> ends = new LinkedBlockingQueue<>();
    private JailKernel kernel;

    /** Returns a new instance of the kernel under test, without jails. */
    protected abstract JailKernel open() throws Exception;

    /** Returns another instance for the same kernel, as the next agent opens it; {@code earlier} is closed. */
    protected abstract JailKernel reopen(JailKernel earlier) throws Exception;

    /** Returns a definition whose init runs until it is asked to end. */
    protected abstract JailDefinition lasting();

    /** Returns a definition whose init exits at once with this status. */
    protected abstract JailDefinition exiting(int status);

    /** Returns a path that must not be used. */
    protected abstract RootPath forbidden();

    @BeforeEach
    void openKernel() throws Exception {
        kernel = open();
        kernel.onEnd(ends::add);
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        if (observed().filter(ObservedJail::isRunning).isPresent()) {
            ends.clear();
            kernel.kill(id);
            awaitEnd();
        }
        kernel.release(id);
        kernel.close();
    }

    @Test
    void observesWhatItStarted() {
        JailLifecycle.Started started = kernel.start(id, 3, FINGERPRINT, lasting());

        assertThat(started.jail().isRunning()).isTrue();
        assertThat(started.steps()).isNotEmpty();
        ObservedJail seen = observed().orElseThrow();
        assertThat(seen.generation()).isEqualTo(3);
        assertThat(seen.fingerprint()).isEqualTo(FINGERPRINT);
        assertThat(seen.initPid()).isEqualTo(started.jail().initPid());
    }

    @Test
    void showsTheGenerationThatWasConfirmed() {
        kernel.start(id, 3, FINGERPRINT, lasting());

        kernel.confirm(id, 4, "");

        assertThat(observed().orElseThrow().generation()).isEqualTo(4);
        assertThat(observed().orElseThrow().fingerprint()).isEqualTo(FINGERPRINT);
    }

    @Test
    void tellsHowAnInitExited() throws Exception {
        kernel.start(id, 1, FINGERPRINT, exiting(7));

        assertThat(awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new Ending.Exited(7))));
        assertThat(observed().filter(ObservedJail::isRunning)).isEmpty();
    }

    @Test
    void endsTheInitThatIsAskedTo() throws Exception {
        kernel.start(id, 1, FINGERPRINT, lasting());

        kernel.terminate(id);

        assertThat(awaitEnd().jail()).isEqualTo(id);
    }

    @Test
    void tellsOfAKillBySignal() throws Exception {
        kernel.start(id, 1, FINGERPRINT, lasting());

        kernel.kill(id);

        assertThat(awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new Ending.Killed(9))));
    }

    @Test
    void tellsOfAnEndOnce() throws Exception {
        kernel.start(id, 1, FINGERPRINT, lasting());
        kernel.kill(id);
        awaitEnd();

        kernel.kill(id);
        kernel.terminate(id);
        kernel.release(id);

        assertThat(ends.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void observesNothingOfWhatItReleased() throws Exception {
        kernel.start(id, 1, FINGERPRINT, lasting());
        kernel.kill(id);
        awaitEnd();

        kernel.release(id);
        kernel.release(id);

        assertThat(observed()).isEmpty();
    }

    @Test
    void startsAgainWhatItReleased() throws Exception {
        kernel.start(id, 1, FINGERPRINT, lasting());
        kernel.kill(id);
        awaitEnd();
        kernel.release(id);

        kernel.start(id, 2, FINGERPRINT, lasting());

        assertThat(observed().orElseThrow().generation()).isEqualTo(2);
    }

    @Test
    void toleratesVerbsAboutAJailThatIsNotThere() {
        kernel.terminate(id);
        kernel.kill(id);
        kernel.release(id);

        assertThat(observed()).isEmpty();
    }

    @Test
    void leavesNothingOfAStartThatWasRefused() {
        JailDefinition good = lasting();
        JailDefinition bad = DefinitionVariant.of(good).path(forbidden()).definition();

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, bad))
                .isInstanceOfSatisfying(
                        KernelRefusal.class,
                        refusal -> assertThat(refusal.isPermanent()).isTrue());

        assertThat(observed()).isEmpty();
        assertThat(kernel.pathRefusal(forbidden(), good.base())).isPresent();
        assertThat(kernel.pathRefusal(good.path(), good.base())).isEmpty();
    }

    @Test
    void refusesToDeleteAtAForbiddenPath() {
        assertThatThrownBy(() -> kernel.deleteFiles(id, forbidden(), new Base.Directory()))
                .isInstanceOf(KernelRefusal.class);
    }

    @Test
    void showsTheNextAgentWhatTheLastOneStarted() throws Exception {
        ObservedJail started = kernel.start(id, 5, FINGERPRINT, lasting()).jail();

        kernel.close();
        kernel = reopen(kernel);
        kernel.onEnd(ends::add);

        ObservedJail seen = observed().orElseThrow();
        assertThat(seen.initPid()).isEqualTo(started.initPid());
        assertThat(seen.generation()).isEqualTo(5);
        assertThat(seen.fingerprint()).isEqualTo(FINGERPRINT);
        kernel.kill(id);
        assertThat(awaitEnd().jail()).isEqualTo(id);
    }

    private Optional<ObservedJail> observed() {
        return kernel.observe().stream().filter(jail -> jail.id().equals(id)).findFirst();
    }

    private JailEnd awaitEnd() throws InterruptedException {
        JailEnd end = ends.poll(60, TimeUnit.SECONDS);
        assertThat(end).as("the listener is notified within 20 s").isNotNull();
        return end;
    }
}
