package dev.bailiwick.server.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Sealing;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A customer sees that somebody of the staff has read what is theirs. */
@ServerTest
class StaffReadsTest {

    @Autowired
    private StaffReads reads;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private PlatformTransactionManager transactions;

    private final Caller staff = staff();
    private CustomerId customer;
    private JailId jail;

    @BeforeEach
    void aJail() {
        customer = fixtures.customer();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("read")))
                .id();
    }

    private static Caller staff() {
        return Caller.staff(new UserId(UUID.randomUUID()), "reader-" + UUID.randomUUID(), Role.OPERATOR);
    }

    private List<String> seen() {
        Sealing.awaitSealed(jdbc);
        return jdbc.sql("""
                        SELECT action || ' ' || actor FROM audit_event
                        WHERE subject_id = ? AND customer_id = ? AND action LIKE 'jail.%-read' ORDER BY id
                        """)
                .params(jail.toString(), customer.value())
                .query((row, number) -> row.getString(1))
                .list();
    }

    @Test
    void areRecordedOnceForEachWhoReadsAndWhat() {
        Caller other = staff();
        for (Caller reader : List.of(staff, staff, other)) {
            reads.record(reader, customer, jail, new ReadingEvent.Log());
        }
        reads.record(staff, customer, jail, new ReadingEvent.Files());

        assertThat(seen())
                .containsExactly(
                        "jail.log-read " + staff.actor(),
                        "jail.log-read " + other.actor(),
                        "jail.files-read " + staff.actor());
    }

    @Test
    void areRecordedAgainIfTheirTransactionWasRolledBack() {
        new TransactionTemplate(transactions).executeWithoutResult(transaction -> {
            reads.record(staff, customer, jail, new ReadingEvent.Log());
            transaction.setRollbackOnly();
        });
        reads.record(staff, customer, jail, new ReadingEvent.Log());
        assertThat(seen()).containsExactly("jail.log-read " + staff.actor());
    }

    @Test
    void ofSomebodyWhoActsForACustomersUserAreTheirs() {
        Caller user = Fleet.somebodyOf(customer);
        Caller acting = new Caller(
                user.user(),
                user.login(),
                user.role(),
                user.access(),
                user.scopes(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Caller.ActingStaff(staff.user(), staff.login(), 1, customer)),
                "");
        reads.record(acting, customer, jail, new ReadingEvent.Files());

        assertThat(seen()).containsExactly("jail.files-read user:" + staff.login() + " for user:carl");
    }

    @Test
    void ofTheCustomersOwnPeopleAreNotRecorded() {
        reads.record(Fleet.somebodyOf(customer), customer, jail, new ReadingEvent.Log());
        assertThat(seen()).isEmpty();
    }
}
