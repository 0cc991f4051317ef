package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A server that stops in the middle of a transaction and leaves its connection open. */
@ServerTest
class HungServerTest {

    @Autowired
    private DataSource database;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void delaysTheChangesOfOthersForSeconds() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = jails.define(
                OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), named("waits")));
        try (Connection hung = database.getConnection()) {
            hung.setAutoCommit(false);
            try (PreparedStatement lock = hung.prepareStatement("SELECT FROM host WHERE id = ? FOR NO KEY UPDATE")) {
                lock.setObject(1, host.value());
                lock.execute();
            }

            CompletableFuture<JailView> restart =
                    CompletableFuture.supplyAsync(() -> actions.restart(OPERATOR, jail.id()));

            assertThat(restart.get(30, TimeUnit.SECONDS).generation()).isEqualTo(2);
            assertThatThrownBy(hung::commit).isInstanceOf(SQLException.class);
        }
    }
}
