package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.host.HostFields;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.Overcommit;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.request.IfMatch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/**
 * The statements that a change of a jail executes. Each is a round trip, and most of them run while the host's row is
 * locked.
 */
@ServerTest
class StatementsOfAChangeTest {

    private static final String READS_A_JAIL = "FROM jail j JOIN host h";

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private Customers customers;

    @Autowired
    private Hosts hosts;

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final List<String> statements = Statements.OF_THIS_THREAD.get();

    @BeforeEach
    void forget() {
        statements.clear();
    }

    @Test
    void readsTheJailOnceAndLocksItsHostForThreeStatements() {
        JailView jail = define();
        statements.clear();

        assertThat(mvc.patch()
                        .uri("/api/v1/jails/" + jail.id())
                        .with(authentication(new TestingAuthenticationToken(OPERATOR, null, List.of())))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"environment\": {\"NUMBER\": \"2\"}}"))
                .hasStatus(202);

        assertThat(statements).hasSize(4);
        assertThat(statements.getFirst()).contains(READS_A_JAIL);
        assertThat(statements.get(1)).contains("UPDATE host");
        assertThat(statements.get(2)).contains("UPDATE jail");
        assertThat(statements.get(3)).contains("INSERT INTO unsealed_event");
    }

    @Test
    void needsNoMoreToStopStartRestartOrRemoveOne() {
        JailView jail = define();
        for (Runnable change : List.<Runnable>of(
                () -> actions.stop(OPERATOR, jail.id()),
                () -> actions.start(OPERATOR, jail.id()),
                () -> actions.restart(OPERATOR, jail.id()))) {
            statements.clear();
            change.run();
            assertThat(statements).hasSize(4);
        }
        statements.clear();
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        assertThat(statements)
                .filteredOn(statement -> statement.contains(READS_A_JAIL))
                .hasSize(1);
    }

    @Test
    void answersWhatIsReadAfterwards() {
        JailView jail = define();

        JailView changed = jails.redefine(OPERATOR, jail.id(), 1, named("another"));
        assertThat(jails.find(OPERATOR, jail.id())).isEqualTo(changed);
        JailView stopped = actions.stop(OPERATOR, jail.id());
        assertThat(jails.find(OPERATOR, jail.id())).isEqualTo(stopped);
        JailView restarted = actions.restart(OPERATOR, jail.id());
        assertThat(jails.find(OPERATOR, jail.id())).isEqualTo(restarted);
        JailView moved = actions.move(OPERATOR, jail.id(), fixtures.customer());
        assertThat(jails.find(OPERATOR, jail.id())).isEqualTo(moved);
        Optional<JailView> retired = actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        assertThat(jails.find(OPERATOR, jail.id())).isEqualTo(retired.orElseThrow());
    }

    @Test
    void needsOneMoreToCreateOneWhereSomethingIsBounded() {
        int without = creation(Quota.NONE, Overcommit.NONE);

        assertThat(creation(new Quota(5L, null, null, null, null), Overcommit.NONE))
                .isEqualTo(without + 1);
        assertThat(creation(new Quota(null, null, null, 5L, null), Overcommit.NONE))
                .isEqualTo(without + 2);
        assertThat(creation(Quota.NONE, new Overcommit(BigDecimal.ONE, null))).isEqualTo(without + 1);
    }

    /** Returns how many statements the creation of a jail needs. */
    private int creation(Quota quota, Overcommit overcommit) {
        CustomerId customer = fixtures.customer();
        customers.change(OPERATOR, customer, before -> before.with(quota));
        HostId host = fixtures.connectedHostWithPool();
        hosts.change(OPERATOR, host, IfMatch.of(Optional.empty()), before -> new HostFields(before.name(), overcommit));
        DefinitionDraft draft = new DefinitionDraft(
                "web", null, null, null, null, null, null, null, new LimitsDraft("64MiB", null, null), null);
        statements.clear();
        jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), draft));
        return statements.size();
    }

    private JailView define() {
        return jails.define(
                OPERATOR,
                new NewJail(
                        fixtures.customer(),
                        Optional.of(fixtures.connectedHostWithPool()),
                        Optional.empty(),
                        named("web")));
    }

    /** Records the statements that each thread prepares. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Statements {

        private static final ThreadLocal<List<String>> OF_THIS_THREAD = ThreadLocal.withInitial(ArrayList::new);

        @Bean
        static BeanPostProcessor noting() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof DataSource source ? new Noting(source) : bean;
                }
            };
        }

        private static final class Noting extends DelegatingDataSource {

            Noting(DataSource source) {
                super(source);
            }

            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        Noting.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                            if (method.getName().equals("prepareStatement")) {
                                OF_THIS_THREAD.get().add((String) arguments[0]);
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
            }
        }
    }
}
