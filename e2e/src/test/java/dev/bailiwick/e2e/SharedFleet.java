package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts one fleet for all tests, since a start takes longer than most of them; after a failure, another one. */
final class SharedFleet implements ParameterResolver, BeforeEachCallback, AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedFleet.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Fleet.class;
    }

    @Override
    public Fleet resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return fleet(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Fleet fleet = fleet(context);
        fleet.revive();
        context.getStore(NAMESPACE).put(Traces.class, Traces.of(fleet.plot()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Fleet fleet = fleet(context);
        try {
            if (context.getExecutionException().isPresent()) {
                printLogs(fleet);
            }
            fleet.revive();
            fleet.retireAll();
            requireNothingLeft(
                    fleet,
                    context.getStore(NAMESPACE).getOrDefault(Traces.class, Traces.class, Traces.of(fleet.plot())));
            if (context.getExecutionException().isPresent()) {
                discard(context, fleet);
            }
        } catch (RuntimeException | AssertionError e) {
            printLogs(fleet);
            discard(context, fleet);
            throw e;
        }
    }

    private static void requireNothingLeft(Fleet fleet, Traces before) {
        try {
            await().atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Traces.of(fleet.plot()).equals(before));
        } catch (ConditionTimeoutException different) {
            assertThat(Traces.of(fleet.plot())).as("what jails leave behind").isEqualTo(before);
        }
    }

    private static void printLogs(Fleet fleet) {
        System.out.println("---- server\n" + fleet.server().lastLines());
        System.out.println("---- agent\n" + fleet.agent().lastLines());
    }

    private static void discard(ExtensionContext context, Fleet fleet) throws Exception {
        store(context).remove(Fleet.class);
        fleet.close();
    }

    private static Fleet fleet(ExtensionContext context) {
        return store(context).computeIfAbsent(Fleet.class, key -> started(), Fleet.class);
    }

    private static Fleet started() {
        try {
            return Fleet.start();
        } catch (Exception e) {
            throw new IllegalStateException("The fleet does not start", e);
        }
    }

    /** Of the whole run: JUnit closes what is left in it at the end. */
    private static Store store(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE);
    }
}
