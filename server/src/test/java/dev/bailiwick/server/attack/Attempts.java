package dev.bailiwick.server.attack;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.attack.AuthorizationTable.Row;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.webmvc.test.autoconfigure.MockMvcPrint;
import org.springframework.boot.webmvc.test.autoconfigure.SpringBootMockMvcBuilderCustomizer;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.util.UriComponentsBuilder;

/** Sends requests through all filters, sees whether they write anything, and takes back what they wrote. */
final class Attempts {

    static final String API = "/api/";

    private static final AtomicLong PAYERS = new AtomicLong();

    private final MockMvc http;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private int sent;

    Attempts(WebApplicationContext context) {
        // Prints nothing: there are many thousand requests.
        var filters = new SpringBootMockMvcBuilderCustomizer(context);
        filters.setPrint(MockMvcPrint.NONE);
        var builder = MockMvcBuilders.webAppContextSetup(context);
        filters.customize(builder);
        this.http = builder.apply(springSecurity()).build();
        this.jdbc = context.getBean(JdbcClient.class);
        this.transaction = context.getBean(TransactionTemplate.class);
    }

    /** @param wrote whether the request wrote any row */
    record Answer(int status, String forwardedTo, String text, boolean wrote) {
        @Override
        public String toString() {
            return status + (wrote ? ", and something was written" : "");
        }
    }

    int sent() {
        return sent;
    }

    /** Sends the request in a transaction that is rolled back. */
    Answer send(MockHttpServletRequestBuilder request) {
        sent++;
        return Objects.requireNonNull(transaction.execute(status -> {
            status.setRollbackOnly();
            long before = writes();
            MockHttpServletResponse answer = perform(request);
            String forwarded = answer.getForwardedUrl();
            return new Answer(
                    answer.getStatus(), forwarded == null ? "" : forwarded, text(answer), wroteSince(before, status));
        }));
    }

    private MockHttpServletResponse perform(MockHttpServletRequestBuilder request) {
        try {
            return http.perform(request).andReturn().getResponse();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String text(MockHttpServletResponse answer) {
        try {
            return answer.getContentAsString(StandardCharsets.UTF_8);
        } catch (UnsupportedEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private boolean wroteSince(long before, TransactionStatus status) {
        try {
            status.flush();
            return hasId() && writes() > before;
        } catch (DataAccessException e) {
            // A statement failed, so that nothing of the transaction could have been kept.
            return false;
        }
    }

    /** Whether the transaction has an id, which it gets before it writes or locks a row. */
    private boolean hasId() {
        return jdbc.sql("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
                .query(Boolean.class)
                .single();
    }

    /** Returns the number of rows that this connection has written, also in transactions that were rolled back. */
    private long writes() {
        return jdbc.sql("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
                .query(Long.class)
                .single();
    }

    /** Returns the request of the row, of nobody. */
    static MockHttpServletRequestBuilder of(Row row, Thing thing) {
        return of(row, address(row, thing), thing.filled(row.body()));
    }

    static MockHttpServletRequestBuilder of(Row row, String address, String body) {
        MockHttpServletRequestBuilder request = request(HttpMethod.valueOf(row.method()), URI.create(address));
        if (!row.path().startsWith(API)) {
            request.header(HttpHeaders.ACCEPT, "text/html, text/event-stream");
            UriComponentsBuilder.newInstance()
                    .query(body)
                    .build()
                    .getQueryParams()
                    .forEach((name, values) -> {
                        for (String value : values) {
                            request.param(name, value == null ? "" : URLDecoder.decode(value, StandardCharsets.UTF_8));
                        }
                    });
            return request;
        }
        request.contentType(type(row));
        if (!body.isEmpty()) {
            request.content(body);
        }
        return row.method().equals("PUT") ? request.header(HttpHeaders.IF_MATCH, "*") : request;
    }

    /** Returns the request as somebody's; a form has the token of its page. */
    static MockHttpServletRequestBuilder as(
            MockHttpServletRequestBuilder request, Row row, Caller caller, TokenId token) {
        MockHttpServletRequestBuilder sent = forged(request, row, caller, token);
        return row.path().startsWith(API) ? sent : sent.with(csrf());
    }

    /** Returns the request as somebody's whose browser another site lets send it: without the token of a page. */
    static MockHttpServletRequestBuilder forged(
            MockHttpServletRequestBuilder request, Row row, Caller caller, TokenId token) {
        // A page belongs to a session. It does not exist, so that a stream that it opens is ended soon.
        Credential credential = row.path().startsWith(API)
                ? new Credential.OfToken(token)
                : new Credential.OfSession("nothing", Optional.empty());
        return request.with(
                        authentication(new CallerAuthentication(caller, Factors.of(Factor.PASSWORD, Instant.now()))))
                .requestAttr(Credential.class.getName(), credential);
    }

    private static String type(Row row) {
        return row.method().equals("PATCH")
                ? "application/merge-patch+json"
                : row.path().endsWith(":batch") ? "application/x-ndjson" : "application/json";
    }

    static String address(Row row, Thing thing) {
        String address = thing.filled(row.path()
                .replace("{id}", thing.id(row.path()))
                .replace("{secret}", "nothing")
                .replace("{provider}", "nothing"));
        if (row.operation().equals("GET /people")) {
            return address + "?customer=" + thing.customer();
        }
        boolean explainsPolicy = row.path().endsWith("explain") && !row.path().endsWith("firewall:explain");
        return explainsPolicy
                        || row.operation().startsWith("GET ") && row.path().endsWith("overrides/remove")
                ? address + "?call=mount"
                : row.path().endsWith("jails:batch") ? address + "?partial=true" : address;
    }

    /** Returns the caller as somebody whom another customer pays for: the rate of changes of a customer is limited. */
    static Caller fresh(Caller caller) {
        if (caller.role().isStaff()) {
            return caller;
        }
        Map<CustomerId, Set<Right>> customers = new HashMap<>(caller.access().customers());
        customers.put(new CustomerId(new UUID(Long.MIN_VALUE, PAYERS.incrementAndGet())), Set.of());
        Access access = caller.access();
        return caller.reaching(
                new Access(access.everywhere(), customers, access.resold(), access.jails(), access.version()));
    }
}
