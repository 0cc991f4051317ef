package dev.bailiwick.server.jail.intent;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.database.TestThreads;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The lock of a customer holds whoever takes it. */
@ServerTest
class CustomerLocksTest {

    @Autowired
    private CustomerLocks locks;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transactions;

    private CustomerId customer = CustomerId.fresh();
    private UserId colleague = UserId.fresh();

    @BeforeEach
    void aColleagueOfACustomerWithAQuota() {
        customer = fixtures.customer();
        jdbc.sql("UPDATE customer SET max_jails = 5 WHERE id = ?")
                .param(customer.value())
                .update();
        colleague = users.create(
                        OPERATOR,
                        "c-" + UUID.randomUUID(),
                        "long enough for all",
                        new Membership.Of(fixtures.customer()))
                .id();
        members.put(OPERATOR, customer, colleague, new MemberChange(MemberRole.COLLEAGUE, List.of()));
    }

    private <T> T asColleague(Supplier<T> work) {
        return TestThreads.<T, RuntimeException>asServer(() -> users.inSession(colleague)
                .orElseThrow()
                .rows()
                .<T, RuntimeException>call(() -> transactions.execute(status -> work.get())));
    }

    @Test
    void holdsForAColleagueWhoCannotChangeTheCustomer() throws Exception {
        Long jails = asColleague(() -> {
            Long bound = locks.lock(customer).getFirst().quota().jails();
            assertThatThrownBy(this::lockElsewhere)
                    .as("nobody else locks it meanwhile")
                    .hasMessageContaining("could not obtain lock");
            return bound;
        });
        assertThat(jails).isEqualTo(5);
        lockElsewhere();

        assertThatThrownBy(() -> asColleague(() -> jdbc.sql("UPDATE customer SET max_jails = NULL WHERE id = ?")
                        .param(customer.value())
                        .update()))
                .isInstanceOf(DataAccessException.class);
        assertThat(jdbc.sql("SELECT max_jails FROM customer WHERE id = ?")
                        .param(customer.value())
                        .query(Long.class)
                        .single())
                .isEqualTo(5);
    }

    @Test
    void aCustomerOfOthersIsNotLocked() {
        CustomerId other = fixtures.customer();
        assertThat(asColleague(() -> locks.lock(List.of(other)))).isEmpty();
    }

    private void lockElsewhere() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int locked = threads.submit(() -> RowAccess.everything()
                            .<Integer, RuntimeException>call(
                                    () -> jdbc.sql("SELECT id FROM customer WHERE id = ? FOR NO KEY UPDATE NOWAIT")
                                            .param(customer.value())
                                            .query(UUID.class)
                                            .list()
                                            .size()))
                    .get();
            assertThat(locked).isOne();
        }
    }
}
