package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.ExternalIdTaken;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.key.SshKey;
import dev.bailiwick.server.account.key.SshKeyNotFound;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.network.port.HostPorts;
import dev.bailiwick.server.network.port.PortRange;
import dev.bailiwick.server.plan.PlanNameTaken;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.Plans;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The same request twice at the same time: the second one is refused for its reason, and is no failure of the server. */
@WebTest
class ParallelRequestsTest {

    private static final String PASSWORD = "correct horse battery";

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl anna@laptop";

    private static final PlanTerms TERMS =
            new PlanTerms(Limits.NONE, Sysctls.NONE, null, null, List.of(), List.of(), PlanTerms.Promises.NONE, null);

    @Autowired
    private Users users;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private SshKeys keys;

    @Autowired
    private Customers customers;

    @Autowired
    private Plans plans;

    @Autowired
    private HostPorts ports;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private EntityManager entities;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    private User user;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "r-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OPERATOR));
    }

    private Caller caller() {
        return users.inSession(user.id()).orElseThrow();
    }

    @Test
    void aRemovalOfTheSecondFactorWaitsForNewRecoveryCodes() throws Exception {
        Authenticator phone = Authenticator.with(factors.begin(caller()).key());
        List<String> recovery = factors.confirm(caller(), phone.code(-1));
        Caller known = caller();
        Callable<Boolean> removal = () -> transaction.execute(status -> {
            boolean right = factors.accept(user.id(), recovery.get(1)).isPresent();
            if (right) {
                factors.remove(known, user.id());
            }
            return right;
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> removed = transaction.execute(status -> {
                assertThat(factors.accept(user.id(), recovery.get(0))).isPresent();
                Future<Boolean> waiting = LockWaits.behind(jdbc, threads.submit(removal));
                assertThat(factors.renewRecoveryCodes(known)).hasSize(10);
                return waiting;
            });
            assertThat(removed.get()).as("its code is not one of the new ones").isFalse();
        }
        assertThat(factors.isOn(user.id())).isTrue();
    }

    @Test
    void twoCustomersDoNotGetTheSameExternalId() throws Exception {
        String id = "X-" + UUID.randomUUID();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> second = transaction.execute(status -> {
                var _ = customers.create(Fleet.OPERATOR, "first", id);
                return LockWaits.behind(jdbc, threads.submit(() -> customers.create(Fleet.OPERATOR, "second", id)));
            });
            assertThatThrownBy(second::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ExternalIdTaken.class);
        }
    }

    @Test
    void twoPlansDoNotGetTheSameName() throws Exception {
        String name = "P-" + UUID.randomUUID();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> second = transaction.execute(status -> {
                var _ = plans.create(Fleet.OPERATOR, name, TERMS);
                return LockWaits.behind(jdbc, threads.submit(() -> plans.create(Fleet.OPERATOR, name, TERMS)));
            });
            assertThatThrownBy(second::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PlanNameTaken.class);
        }
    }

    @Test
    void anSshKeyIsRemovedOnce() throws Exception {
        Caller owner = caller();
        SshKeyId key = keys.add(owner, KEY).id();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> second = transaction.execute(status -> {
                SshKey _ = keys.remove(owner, key);
                entities.flush();
                return LockWaits.behind(jdbc, threads.submit(() -> keys.remove(owner, key)));
            });
            assertThatThrownBy(second::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SshKeyNotFound.class);
        }
    }

    /** Two lists that have nothing in common, and two that begin at the same port. */
    @ParameterizedTest
    @ValueSource(ints = {20_100, 20_000})
    void portsOfAHostAreReplacedAsAWhole(int firstPort) throws Exception {
        HostId host = fixtures.connectedHost();
        IpAddress address = IpAddress.parse("192.0.2.2");
        List<PortRange> ranges = List.of(new PortRange(address, firstPort, 20_500));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> second = transaction.execute(status -> {
                var _ = ports.offer(Fleet.OPERATOR, host, List.of(new PortRange(address, 20_000, 20_999)));
                return LockWaits.behind(jdbc, threads.submit(() -> ports.offer(Fleet.OPERATOR, host, ranges)));
            });
            assertThat(second.get()).isEqualTo(ranges);
        }
        assertThat(ports.offered(Fleet.OPERATOR, host)).isEqualTo(ranges);
    }
}
