package dev.bailiwick.agent.kernel.linux.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Prints what two listeners hear of changes of a table: one with room for few notifications, and one as the agent has it. */
final class RulesetTrials {

    private static final String TABLE = "bailiwick_trial";
    private static final String OWN = "ruleset-trial";
    private static final int MANY = 20_000;
    private static final int FEW_BYTES = 16 << 10;

    private final ExecutorService own =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name(OWN).factory());
    private final RulesetChanges narrow = new RulesetChanges(TABLE, OWN, FEW_BYTES);
    private final RulesetChanges wide = new RulesetChanges(TABLE, OWN);

    private RulesetTrials() {}

    private static void run(String commands) {
        try (Nftables nftables = new Nftables()) {
            nftables.run("{\"nftables\":[" + commands + "]}");
        }
    }

    /** Replaces the table by one with many rules, on the thread whose changes are the agent's own. */
    private void renew() {
        String table = "\"family\":\"inet\",\"table\":\"" + TABLE + "\"";
        String whole = "{\"%s\":{\"table\":{\"family\":\"inet\",\"name\":\"" + TABLE + "\"}}}";
        String rules = IntStream.range(0, MANY)
                .mapToObj(
                        at -> "{\"add\":{\"rule\":{%s,\"chain\":\"c\",\"expr\":[{\"counter\":null},{\"drop\":null}]}}}"
                                .formatted(table))
                .collect(Collectors.joining(","));
        CompletableFuture.runAsync(
                        () -> run(String.join(
                                ",",
                                whole.formatted("add"),
                                whole.formatted("delete"),
                                whole.formatted("add"),
                                "{\"add\":{\"chain\":{%s,\"name\":\"c\"}}}".formatted(table),
                                rules)),
                        own)
                .join();
    }

    private void say(String when, long seconds) {
        long now = TimeUnit.SECONDS.toNanos(seconds);
        System.out.println("> narrow " + when + " " + narrow.heard(now));
        System.out.println("> wide " + when + " " + wide.heard(now));
    }

    private void trials() {
        renew();
        say("lost", 1_000);
        say("nothing", 1_000);
        renew();
        say("lost-again", 1_001);
        say("soon", 1_059);
        say("a-minute-later", 1_060);
        say("then", 2_000);
        run("{\"add\":{\"chain\":{\"family\":\"inet\",\"table\":\"" + TABLE + "\",\"name\":\"foreign\"}}}");
        say("foreign", 2_001);
        own.shutdown();
        narrow.close();
        wide.close();
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) {
        new RulesetTrials().trials();
        System.out.println("> end");
    }
}
