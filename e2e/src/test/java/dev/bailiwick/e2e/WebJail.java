package dev.bailiwick.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What most jails of the tests run: a web server that answers with its name. */
final class WebJail {

    /** Answers with its name on port 80 of each of its addresses. It handles SIGTERM, which does not end a first process by default. */
    static final String PROGRAM = """
            use IO::Socket::INET;
            $| = 1;
            $SIG{TERM} = sub { exit 0 };
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 80, Listen => 64, ReuseAddr => 1) or die $!;
            print "listening\\n";
            while (1) {
                my $client = $server->accept or next;
                while (<$client>) { last if /^\\r?$/ }
                print $client "HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n$ENV{WHO} with user $<";
                close $client;
            }
            """;

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private WebJail() {}

    /** Returns the page of a jail's web server, read from the host. */
    static String page(Jail jail) throws IOException, InterruptedException {
        return page(jail.address4(), 80);
    }

    static String page(String address, int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + "/"))
                .timeout(Duration.ofSeconds(5))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /** Waits until the jail's web server listens, soon after the jail runs; returns its page. */
    static String awaitPage(Jail jail) {
        return await("the page of " + jail.name())
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> page(jail), page -> !page.isEmpty());
    }
}
