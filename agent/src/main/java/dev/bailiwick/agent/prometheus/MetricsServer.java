package dev.bailiwick.agent.prometheus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bailiwick.agent.figure.LatestFigures;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics} about the host and the agent, and {@code GET /metrics/jails} about each jail, on a port of 127.0.0.1. A jail
 * has a loopback address of its own, so it does not reach this one. Without a configured port there is no server.
 */
public final class MetricsServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MetricsServer.class);

    private static final int BACKLOG = 16;
    private static final int THREADS = 2;

    static {
        // Read by the class below when it is loaded: bounds for other users of this machine.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "10");
        System.setProperty("jdk.httpserver.maxConnections", "32");
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("metrics-", 0).factory());

    private MetricsServer(HttpServer http, Map<String, Supplier<MetricSnapshots>> pages) {
        this.http = http;
        http.setExecutor(threads);
        http.createContext("/", exchange -> answer(exchange, pages));
        http.start();
    }

    /**
     * Starts to answer, unless there is no port.
     *
     * @param port 0 for any free one
     * @param version of the agent
     */
    public static Running start(OptionalInt port, Supplier<LatestFigures> latest, String version) {
        if (port.isEmpty()) {
            return () -> {};
        }
        try {
            MetricsServer server = open(port.getAsInt(), latest, version);
            log.atInfo().addKeyValue("port", server.port()).log("metrics are offered on 127.0.0.1");
            return server::close;
        } catch (IOException e) {
            // Jails matter more than their metrics.
            log.atError()
                    .addKeyValue("port", port.getAsInt())
                    .addKeyValue("cause", e.toString())
                    .log("no metrics are offered: the port cannot be opened");
            return () -> {};
        }
    }

    static MetricsServer open(int port, Supplier<LatestFigures> latest, String version) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), BACKLOG);
        return new MetricsServer(
                http,
                Map.of(
                        "/metrics", () -> Snapshots.ofHost(latest.get(), version),
                        "/metrics/jails", () -> Snapshots.ofJails(latest.get())));
    }

    int port() {
        return http.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, Map<String, Supplier<MetricSnapshots>> pages) throws IOException {
        try (exchange) {
            Supplier<MetricSnapshots> page = pages.get(exchange.getRequestURI().getPath());
            if (page == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            writer.write(text, page.get());
            exchange.getResponseHeaders().set("Content-Type", writer.getContentType());
            exchange.sendResponseHeaders(200, text.size());
            text.writeTo(exchange.getResponseBody());
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    /** A server that may be running; {@link #close} ends it. */
    public interface Running extends AutoCloseable {
        @Override
        void close();
    }
}
