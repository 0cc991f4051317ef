package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts one fleet for all tests of this process, because a start takes longer than most tests, and another one after a failure. The
 * fleet belongs to the process and not to JUnit's run: if two processes share the tests, each class is a run of its own.
 */
final class SharedFleet implements ParameterResolver, BeforeEachCallback, AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedFleet.class);

    private static @Nullable Fleet started;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(SharedFleet::close, "fleet-end"));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Fleet.class;
    }

    @Override
    public Fleet resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return fleet();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Fleet fleet = fleet();
        fleet.revive();
        context.getStore(NAMESPACE).put(HostLeftovers.class, HostLeftovers.of(fleet.partition()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Fleet fleet = fleet();
        try {
            if (context.getExecutionException().isPresent()) {
                printLogs(fleet);
            }
            fleet.revive();
            fleet.retireAll();
            requireNothingLeft(
                    fleet,
                    context.getStore(NAMESPACE)
                            .getOrDefault(
                                    HostLeftovers.class, HostLeftovers.class, HostLeftovers.of(fleet.partition())));
            if (context.getExecutionException().isPresent()) {
                close();
            }
        } catch (RuntimeException | AssertionError e) {
            printLogs(fleet);
            close();
            throw e;
        }
    }

    private static void requireNothingLeft(Fleet fleet, HostLeftovers before) {
        try {
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> HostLeftovers.of(fleet.partition()).equals(before));
        } catch (ConditionTimeoutException different) {
            assertThat(HostLeftovers.of(fleet.partition()))
                    .as("traces of jails")
                    .isEqualTo(before);
        }
    }

    private static void printLogs(Fleet fleet) {
        System.out.println("---- server\n" + fleet.server().lastLines());
        System.out.println("---- agent\n" + fleet.agent().lastLines());
    }

    private static Fleet fleet() {
        Fleet fleet = started;
        if (fleet == null) {
            try {
                fleet = Fleet.start();
            } catch (Exception e) {
                throw new IllegalStateException("The fleet did not start", e);
            }
            started = fleet;
        }
        return fleet;
    }

    private static void close() {
        Fleet fleet = started;
        if (fleet != null) {
            started = null;
            try {
                fleet.close();
            } catch (IOException e) {
                throw new UncheckedIOException("The fleet did not end", e);
            }
        }
    }
}
