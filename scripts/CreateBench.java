import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Creates jails one after another through the REST API of a running instance, waiting each time until the jail's init runs,
 * and prints how long requests took and where on the host the time went. Each jail is deleted again before the next.
 */
final class CreateBench {

    private static final int WARM_UP = 1000;
    private static final Pattern STEP =
            Pattern.compile("\"name\" *: *\"([^\"]+)\" *, *\"startMicros\" *: *(\\d+) *, *\"durationMicros\" *: *(\\d+)");

    private final HttpClient client;
    private final String api;
    private final String authorization;
    private final String customer;
    private final Path jails;

    private final List<Long> requests = new ArrayList<>();
    private final List<Long> untilExec = new ArrayList<>();
    private final Map<String, List<Long>> steps = new LinkedHashMap<>();

    private CreateBench(Path data, String origin) throws IOException, GeneralSecurityException {
        client = HttpClient.newBuilder()
                .sslContext(trusting(data.resolve("server/authority.pem")))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        api = origin + "/api/v1";
        authorization = Files.readString(data.resolve("server/authorization"))
                .strip()
                .replaceFirst("^Authorization: ", "");
        customer = Files.readString(data.resolve("server/customer.id")).strip();
        jails = data.resolve("jails");
    }

    /** Arguments: the data directory of the instance, its origin, and how many jails to create. */
    public static void main(String[] arguments) throws Exception {
        CreateBench bench = new CreateBench(Path.of(arguments[0]), arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        for (int i = 0; i < WARM_UP; i++) {
            bench.createAndDelete("warm-" + i, i);
        }
        bench.forget();
        for (int i = 0; i < rounds; i++) {
            bench.createAndDelete("bench-" + i, WARM_UP + i);
        }
        bench.print(rounds);
    }

    private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var input = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(input));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private void createAndDelete(String name, int number) throws IOException, InterruptedException {
        String body = """
                {"name":"%s","customer":"%s","hostname":"%s.example","ip":"198.19.%d.%d","path":"%s/%s","base":"thin",\
                "policy":{"profile":"hosting","overrides":[{"call":"ptrace","decision":"deny","reason":"Measured with one override"}]},\
                "command":["/bin/sh","-c","trap 'exit 0' TERM; sleep infinity & wait"],"wanted":"running"}"""
                .formatted(name, customer, name, 1 + number / 250, 1 + number % 250, jails, name);
        long began = System.nanoTime();
        HttpResponse<String> created = send("POST", "/jails?wait=10s", body);
        long took = (System.nanoTime() - began) / 1_000;
        if (created.statusCode() / 100 != 2 || !created.body().matches("(?s).*\"phase\" *: *\"running\".*")) {
            throw new IllegalStateException(name + ": " + created.statusCode() + " " + created.body());
        }
        requests.add(took);
        recordSteps(created.body());
        Matcher id = Pattern.compile("\"id\" *: *\"([^\"]+)\"").matcher(created.body());
        if (!id.find()) {
            throw new IllegalStateException(name + " has no id: " + created.body());
        }
        HttpResponse<String> deleted = send("DELETE", "/jails/" + id.group(1) + "?files=delete&wait=10s", "");
        if (deleted.statusCode() / 100 != 2) {
            throw new IllegalStateException("Deleting " + name + ": " + deleted.statusCode() + " " + deleted.body());
        }
    }

    private void recordSteps(String jail) {
        Matcher step = STEP.matcher(jail);
        long end = 0;
        while (step.find()) {
            long duration = Long.parseLong(step.group(3));
            steps.computeIfAbsent(step.group(1), name -> new ArrayList<>()).add(duration);
            end = Math.max(end, Long.parseLong(step.group(2)) + duration);
        }
        untilExec.add(end);
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(api + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void forget() {
        requests.clear();
        untilExec.clear();
        steps.clear();
    }

    private void print(int rounds) {
        System.out.printf("%d creations, one after another, after %d to warm up; milliseconds%n%n", rounds, WARM_UP);
        System.out.printf("%-46s %8s %8s %8s%n", "", "p50", "p95", "p99");
        row("request until running (POST /jails?wait=10s)", requests);
        row("  of it on the host, until the init's exec", untilExec);
        System.out.printf("%nSteps on the host%n");
        steps.forEach((name, durations) -> row("  " + name, durations));
    }

    private static void row(String name, List<Long> micros) {
        System.out.printf("%-46s %8.2f %8.2f %8.2f%n", name, at(micros, 50), at(micros, 95), at(micros, 99));
    }

    private static double at(List<Long> micros, int percentile) {
        List<Long> sorted = new ArrayList<>(micros);
        Collections.sort(sorted);
        int index = Math.min(sorted.size() - 1, (int) Math.ceil(sorted.size() * percentile / 100.0) - 1);
        return sorted.get(Math.max(0, index)) / 1_000.0;
    }
}
