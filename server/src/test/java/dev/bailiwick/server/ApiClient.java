package dev.bailiwick.server;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes requests of the API and of the pages as a caller, through all filters but without a port. A bean of {@link ServerTest}. */
public final class ApiClient {

    public static final String NDJSON = "application/x-ndjson";

    private final MockMvcTester http;
    /** A client has none of the server's bounds on JSON. */
    private final JsonMapper json = JsonMapper.shared();

    private final Optional<Credential> credential;

    @Autowired
    ApiClient(MockMvc mvc) {
        this(MockMvcTester.create(mvc), Optional.empty());
    }

    private ApiClient(MockMvcTester http, Optional<Credential> credential) {
        this.http = http;
        this.credential = credential;
    }

    /** Returns a client whose requests have this credential, without which no stream is admitted. */
    public ApiClient by(Credential known) {
        return new ApiClient(http, Optional.of(known));
    }

    public MvcTestResult get(Caller caller, String address) {
        return call(caller, HttpMethod.GET, address, "");
    }

    public MvcTestResult call(Caller caller, HttpMethod method, String address, String body) {
        return call(caller, method, address, Map.of(), body);
    }

    /**
     * @param address as it is sent, encoded
     * @param headers without {@code Content-Type} the body is JSON
     */
    public MvcTestResult call(
            Caller caller, HttpMethod method, String address, Map<String, String> headers, String body) {
        return call(caller, method, address, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    public MvcTestResult call(
            Caller caller, HttpMethod method, String address, Map<String, String> headers, byte[] body) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putIfAbsent(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
        var request = http.method(method)
                .uri(URI.create(address))
                .with(authentication(new TestingAuthenticationToken(caller, "", Fleet.authority(caller))));
        if (!address.startsWith("/api/")) {
            request.with(csrf());
        }
        all.forEach(request::header);
        credential.ifPresent(known -> request.requestAttr(Credential.class.getName(), known));
        return (body.length == 0 ? request : request.content(body)).exchange();
    }

    /** Sends a batch, a line for each. */
    public MvcTestResult batch(Caller caller, String query, Map<String, String> headers, byte[] lines) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put(HttpHeaders.CONTENT_TYPE, NDJSON);
        return call(caller, HttpMethod.POST, "/api/v1/jails:batch" + query, all, lines);
    }

    public JsonNode json(MvcTestResult answer) {
        return json.readTree(answer.getResponse().getContentAsByteArray());
    }

    /** The lines of an answer that is NDJSON. */
    public List<JsonNode> lines(MvcTestResult answer) {
        return new String(answer.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8)
                .lines()
                .map(json::readTree)
                .toList();
    }
}
