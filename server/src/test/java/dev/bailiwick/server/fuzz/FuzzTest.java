package dev.bailiwick.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.fuzz.RawClient.Answer;
import dev.bailiwick.server.notification.Notifications;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends requests that nobody should send, to every operation of the API and every form of the pages, as everybody. None is an error
 * of the server, each rejection has the form that callers are promised, and no request fills the log.
 */
@WebTest
class FuzzTest extends WithWorld {

    private static final int REQUESTS =
            Integer.getInteger("bailiwick.fuzz.requests", Boolean.getBoolean("bailiwick.long") ? 100_000 : 3_000);
    private static final int CLIENTS = 4;

    /** Fixed, so that only a change of the code makes a run fail; {@code ./test --fuzz} sets another seed. */
    private static final long SEED = Long.getLong("bailiwick.seed", 20021124);

    /** Few enough that a customer's rate of changes is rarely exceeded. */
    private static final int REQUESTS_OF_A_WORLD = 1_000;

    /** The statuses of what is wrong with a request before it reaches an operation. */
    private static final Set<Integer> UNDESCRIBED = Set.of(405, 406, 414, 417, 431);

    /** The requests to be shown of those that failed, one of each kind. */
    private static final int MAX_SHOWN = 40;

    @Autowired
    private Notifications notifications;

    @Autowired
    private JsonMapper json;

    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
    private final Set<String> kinds = ConcurrentHashMap.newKeySet();

    @Test
    void answersEveryRequestWithoutAnErrorOfItsOwn() throws Exception {
        System.out.printf("Fuzzed requests with -Dbailiwick.seed=%d%n", SEED);
        JsonNode description = description();
        Log log = new Log();
        log.begin();
        try (AnsweringHosts _ = new AnsweringHosts(jdbc, reports, notifications);
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                long seed = SEED + client;
                running.add(clients.submit(() -> {
                    send(new Random(seed), description);
                    return null;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        } finally {
            log.end();
        }
        System.out.printf("%,d fuzzed requests of %d kinds: %s%n", REQUESTS, kinds.size(), new TreeMap<>(statuses));
        assertThat(failures.values().stream().limit(MAX_SHOWN))
                .as(failures.size() + " kinds of failures, -Dbailiwick.seed=" + SEED)
                .isEmpty();
        assertThat(log.traces).as("logged with a stack trace").isEmpty();
        assertThat(log.lines.get()).as("lines of log").isLessThan(REQUESTS / 10);
        assertThat(kinds).as("kinds of requests that were sent").hasSizeGreaterThan(100);
    }

    private JsonNode description() throws IOException {
        try (RawClient client = new RawClient(port)) {
            return JsonMapper.shared()
                    .readTree(client.send(
                                    new RawRequest("GET", "/api/openapi.json", List.of(), new byte[0], false, "nobody"))
                            .text());
        }
    }

    private void send(Random random, JsonNode description) throws IOException, InterruptedException {
        Requests requests = new Requests(random, description);
        try (RawClient client = new RawClient(port)) {
            World world = newWorld();
            Map<String, List<PageForm>> forms = Pages.all(client, world);
            for (int i = 1; i <= REQUESTS / CLIENTS; i++) {
                if (i % REQUESTS_OF_A_WORLD == 0) {
                    world = newWorld();
                    forms = Pages.all(client, world);
                }
                boolean api = random.nextInt(5) < 3;
                String sender = random.nextInt(3) > 0
                        ? "operator"
                        : Nasty.one(List.copyOf((api ? world.programs() : world.people()).keySet()), random);
                List<PageForm> known = forms.getOrDefault(sender, List.of());
                ApiOperation operation = requests.operation();
                boolean page = !api && !known.isEmpty();
                RawRequest valid = page
                        ? requests.valid(Nasty.one(known, random), world, sender)
                        : requests.valid(operation, world, sender);
                RawRequest request =
                        random.nextInt(20) == 0 ? valid : requests.changed(valid, page ? List.of() : operation.query());
                kinds.add(valid.kind());
                check(client, request, !page && request.kind().equals(valid.kind()) ? operation.answers() : Map.of());
            }
        }
    }

    /** @param declared the answers to the operation; empty if the request is for another one */
    private void check(RawClient client, RawRequest request, Map<Integer, Set<String>> declared) throws IOException {
        Answer answer;
        try {
            answer = client.send(request);
        } catch (IOException e) {
            fail(request, "has no answer: " + e);
            client.close();
            return;
        }
        statuses.computeIfAbsent(answer.status(), _ -> new AtomicInteger()).incrementAndGet();
        if (answer.status() >= 500) {
            boolean explained = (answer.status() == 503 || answer.status() == 507)
                    && !answer.header("retry-after").isEmpty();
            if (!explained) {
                fail(request, "is answered with " + answer.status());
            }
        } else if (answer.status() >= 400
                && request.target().startsWith("/api/")
                // Lenient programs read a path of pages there.
                && !request.target().contains("..")) {
            problem(answer, request.method().equals("HEAD"), declared).ifPresent(fault -> fail(request, fault));
        } else if (answer.status() < 300
                && !declared.isEmpty()
                && !List.of("OPTIONS", "HEAD").contains(request.method())
                && !declared.containsKey(answer.status())) {
            fail(
                    request,
                    "is answered with " + answer.status() + ", which its description lacks: " + declared.keySet());
        }
    }

    /** What is wrong with an answer that rejects a request of the API. */
    private java.util.Optional<String> problem(Answer answer, boolean bodiless, Map<Integer, Set<String>> declared) {
        if (bodiless) {
            return java.util.Optional.empty();
        }
        String text = answer.text();
        if (!answer.isJson()) {
            return java.util.Optional.of(
                    answer.status() + " is answered with " + answer.header("content-type") + ": " + cut(text));
        }
        try {
            JsonNode problem = json.readTree(text);
            boolean complete = problem.path("status").asInt() == answer.status()
                    && problem.path("type").asString("").startsWith("/problems/")
                    && !problem.path("title").asString("").isEmpty()
                    && problem.has("retryable");
            boolean hasField = answer.status() != 422
                    || problem.path("errors").size() > 0
                    || !problem.path("type").asString("").equals("/problems/invalid-definition");
            boolean named = problem.path("errors")
                    .valueStream()
                    .allMatch(error -> error.has("pointer")
                            && !error.path("message").asString("").isEmpty());
            String type = problem.path("type").asString("").replaceFirst("^/problems/", "");
            boolean isDescribed = declared.isEmpty()
                    || UNDESCRIBED.contains(answer.status())
                    || declared.getOrDefault(answer.status(), Set.of()).contains(type);
            if (!isDescribed) {
                return java.util.Optional.of("is answered with " + answer.status() + " " + type
                        + ", which its description lacks: " + cut(text));
            }
            return complete && hasField && named
                    ? java.util.Optional.empty()
                    : java.util.Optional.of("is answered with an incomplete problem: " + cut(text));
        } catch (JacksonException e) {
            return java.util.Optional.of("is answered with what is not JSON: " + cut(text));
        }
    }

    private static String cut(String text) {
        return text.length() <= 500 ? text : text.substring(0, 500) + "…";
    }

    private void fail(RawRequest request, String how) {
        failures.putIfAbsent(
                request.kind() + " " + how.replaceAll("[0-9a-f-]{36}", "ID"), how + "\n" + request.curl(port) + "\n");
    }

    /** Collects what is logged with a stack trace, and counts the rest. */
    private static final class Log extends AppenderBase<ILoggingEvent> {

        private final Queue<String> traces = new ConcurrentLinkedQueue<>();
        private final AtomicInteger lines = new AtomicInteger();

        void begin() {
            start();
            ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(this);
        }

        void end() {
            ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.incrementAndGet();
            if ((event.getThrowableProxy() != null || event.getLevel().isGreaterOrEqual(Level.ERROR))
                    && traces.size() < MAX_SHOWN) {
                traces.add(event.getLoggerName() + ": " + event.getFormattedMessage() + " " + trace(event));
            }
        }

        private static String trace(ILoggingEvent event) {
            var thrown = event.getThrowableProxy();
            if (thrown == null) {
                return "";
            }
            StringBuilder text = new StringBuilder(thrown.getClassName() + ": " + thrown.getMessage());
            for (int i = 0; i < Math.min(12, thrown.getStackTraceElementProxyArray().length); i++) {
                text.append("\n    ").append(thrown.getStackTraceElementProxyArray()[i]);
            }
            return text.toString();
        }
    }
}
