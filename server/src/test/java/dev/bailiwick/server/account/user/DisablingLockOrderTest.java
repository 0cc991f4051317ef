package dev.bailiwick.server.account.user;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Whoever disables a user waits for those who change the user's customers, and never blocks them. */
@ServerTest
class DisablingLockOrderTest {

    private static final Caller OWNER = Caller.staff(OPERATOR.user(), "owner", Role.OWNER);

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

    @Test
    void aResellerIsLockedBeforeItsCustomersWhateverTheirIds() throws Exception {
        List<CustomerId> byId = Stream.of(fixtures.customer(), fixtures.customer())
                .sorted(Comparator.comparing(CustomerId::toString))
                .toList();
        CustomerId customer = byId.getFirst();
        CustomerId reseller = byId.getLast();
        jdbc.sql("UPDATE customer SET reseller_id = ? WHERE id = ?")
                .params(reseller.value(), customer.value())
                .update();
        UserId user = users.create(
                        OWNER, "both-" + UUID.randomUUID(), "long enough for all", new Membership.Of(reseller))
                .id();
        members.put(OWNER, customer, user, new MemberChange(MemberRole.OWNER, List.of()));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<User> disabled = transactions.execute(status -> {
                // As whoever gives the customer a jail does, step by step.
                lock(reseller);
                Future<User> late = LockWaits.behind(jdbc, threads.submit(() -> users.disable(OWNER, user)));
                lock(customer);
                return late;
            });
            assertThat(disabled.get(60, TimeUnit.SECONDS).disabledAt()).isNotNull();
        }
    }

    private void lock(CustomerId customer) {
        assertThat(jdbc.sql("SELECT id FROM customer WHERE id = ? FOR NO KEY UPDATE")
                        .param(customer.value())
                        .query(UUID.class)
                        .list())
                .hasSize(1);
    }
}
