package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.AnyDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.server.BrowserForm;
import dev.bailiwick.server.BrowserForm.Scripts;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Fleet.Fixtures;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** A form that is opened and saved changes nothing, whatever the definition: no value, and no generation. */
@WebTest
class FormRoundTripTest {

    private static final long SEED = Long.getLong("bailiwick.seed", 16);

    /** An ordinary run tries a sample with every kind of value. */
    private static final int DEFINITIONS = Boolean.getBoolean("bailiwick.long") ? 1_000 : 120;

    /** One definition in so many is saved after a spare row was added. */
    private static final int EDITED = 20;

    private static final AtomicInteger NETWORKS = new AtomicInteger(1);

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private Fixtures fixtures;

    @Autowired
    private Pools pools;

    @Autowired
    private Jails jails;

    @Autowired
    private JdbcClient jdbc;

    private List<String> addresses = List.of();
    private JailId jail = new JailId(UUID.randomUUID());
    private Visitor operator = new Visitor(0);

    @BeforeEach
    void operatorAndJail() {
        HostId host = fixtures.connectedHost();
        String v4 = fixtures.pool(host);
        String v6 = "fd16:" + NETWORKS.getAndIncrement() + "::";
        pools.define(Fleet.OPERATOR, AddressRange.parse(v6 + "/64"), Optional.of(host), Egress.CLOSED, "test");
        addresses = Stream.concat(
                        IntStream.range(2, 200).mapToObj(i -> v4 + i),
                        IntStream.range(2, 200).mapToObj(i -> v6 + i))
                .toList();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), Fleet.named("first")))
                .id();
        operator = new Visitor(port);
        operator.signIn(
                sessions,
                key,
                users.create(
                        Fleet.OPERATOR,
                        "form-" + UUID.randomUUID(),
                        "correct horse battery",
                        new Membership.Staff(Role.OWNER)));
    }

    @Test
    void changesNothing() throws Exception {
        System.out.printf("%,d definitions, -Dbailiwick.seed=%d%n", DEFINITIONS, SEED);
        AnyDefinition definitions = new AnyDefinition(SEED, addresses);
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < DEFINITIONS; i++) {
            DefinitionDraft draft = definitions.next();
            JailView before = jails.redefine(Fleet.OPERATOR, jail, generation(), draft);
            BrowserForm form = BrowserForm.of(edit(), "#jail-form", i % 2 == 0 ? Scripts.RUN : Scripts.OFF);
            if (i % EDITED == 0) {
                form = BrowserForm.of(
                        post("/jails/rows", form.press("addRow", i % 4 == 0 ? "command" : "environment"))
                                .body(),
                        "#jail-form",
                        Scripts.OFF);
            }
            HttpResponse<String> answer = post("/jails/" + jail, form);
            changed.addAll(difference("definition " + i + " of seed " + SEED, before, answer));
        }
        assertThat(changed).isEmpty();
        assertThat(definitions.unvaried()).isEmpty();
    }

    @Test
    void keepsAnOverrideThatHasEnded() throws Exception {
        JailView before = jails.redefine(
                Fleet.OPERATOR,
                jail,
                generation(),
                Fleet.named("first")
                        .with(new PolicyDraft(
                                "hosting",
                                List.of(new OverrideDraft(
                                        "ptrace", "deny:EINVAL", " why ", null, "2090-01-01T00:00:00.5Z")))));
        jdbc.sql("UPDATE policy_override SET until = '2020-01-01T00:00:00.25Z', set_by = 'somebody' WHERE jail_id = ?")
                .param(jail.value())
                .update();
        JailView ended = jails.find(Fleet.OPERATOR, jail);
        assertThat(ended.definition()).isNotEqualTo(before.definition());
        HttpResponse<String> answer = post("/jails/" + jail, BrowserForm.of(edit(), "#jail-form", Scripts.RUN));
        assertThat(difference("ended override", ended, answer)).isEmpty();
    }

    private List<String> difference(String what, JailView before, HttpResponse<String> answer) {
        JailView after = jails.find(Fleet.OPERATOR, jail);
        if (answer.statusCode() != 302) {
            return List.of(what + " is answered with " + answer.statusCode() + ": " + errors(answer.body()));
        }
        JailDefinition definition = before.definition();
        return after.definition().equals(definition) && after.generation() == before.generation()
                ? List.of()
                : List.of(what + " became generation " + after.generation() + " from " + before.generation() + ":\n"
                        + definition + "\n" + after.definition());
    }

    private static String errors(String page) {
        return page.lines()
                .filter(line -> line.contains("class=\"error\"") || line.contains("role=\"alert\""))
                .limit(5)
                .toList()
                .toString();
    }

    private long generation() {
        return jails.find(Fleet.OPERATOR, jail).generation();
    }

    private String edit() throws Exception {
        HttpResponse<String> page = operator.get("/jails/" + jail + "/edit");
        assertThat(page.statusCode()).isEqualTo(200);
        return page.body();
    }

    private HttpResponse<String> post(String path, BrowserForm form) throws Exception {
        return operator.send(operator.request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "text/html")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.ofString(form.encoded())));
    }
}
