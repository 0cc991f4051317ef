package dev.bailiwick.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.bailiwick.server.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

@SpringJUnitConfig(TestDatabase.class)
class FairDataSourceTest {

    private static final int CONNECTIONS = 2;

    @Autowired
    private JdbcConnectionDetails database;

    private HikariDataSource pool;
    private HikariDataSource everything;
    private FairDataSource fair;

    @BeforeEach
    void open() throws SQLException {
        OwnerWithoutPower.createGroups(database);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.getJdbcUrl());
        config.setUsername(database.getUsername());
        config.setPassword(database.getPassword());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(1_000);
        pool = new HikariDataSource(config);
        everything = FairDataSource.everything(pool);
        fair = new FairDataSource(pool, everything, () -> StatedAccess.CURRENT.orElse(RowAccess.nothing()));
    }

    @AfterEach
    void close() {
        everything.close();
        pool.close();
    }

    @Test
    void servesThoseWhoWaitInTheirOrder() throws Exception {
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        List<Thread> waiting = new ArrayList<>();
        Connection first = inAnotherThread();
        try (Connection second = fair.getConnection()) {
            for (int number : IntStream.range(0, 20).toArray()) {
                Thread thread = Thread.ofVirtual().start(() -> {
                    try (Connection _ = fair.getConnection()) {
                        served.add(number);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                while (fair.waiting() <= number) {
                    Thread.onSpinWait();
                }
                waiting.add(thread);
            }
            assertThat(second.isValid(1)).isTrue();
        }
        for (Thread thread : waiting) {
            thread.join();
        }
        first.close();

        assertThat(served)
                .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void givesAThreadOneConnectionAtATime() throws Exception {
        try (Connection first = fair.getConnection()) {
            assertThatThrownBy(fair::getConnection).isInstanceOf(IllegalStateException.class);
            assertThat(first.isValid(1)).isTrue();
        }
        try (Connection again = fair.getConnection()) {
            assertThat(again.isValid(1)).isTrue();
        }
    }

    @Test
    void countsAConnectionThatIsClosedTwiceOnce() throws Exception {
        Connection connection = fair.getConnection();
        connection.close();
        connection.close();

        try (Connection _ = inAnotherThread();
                Connection _ = inAnotherThread()) {
            assertThatThrownBy(fair::getConnection)
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("within 1000 ms");
        }
    }

    @Test
    void boundsTheConnectionsOfBothPoolsTogether() throws Exception {
        try (Connection _ = inAnotherThread();
                Connection _ = RowAccess.everything().call(this::inAnotherThread)) {
            assertThatThrownBy(fair::getConnection).isInstanceOf(SQLTransientConnectionException.class);
            assertThatThrownBy(() -> RowAccess.everything().call(fair::getConnection))
                    .isInstanceOf(SQLTransientConnectionException.class);
        }
    }

    private Connection inAnotherThread() throws InterruptedException {
        List<Connection> taken = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean failed = new AtomicBoolean();
        RowAccess access = StatedAccess.CURRENT.orElse(RowAccess.nothing());
        Thread.ofVirtual()
                .start(() -> access.run(() -> {
                    try {
                        taken.add(fair.getConnection());
                    } catch (SQLException e) {
                        failed.set(true);
                    }
                }))
                .join();
        assertThat(failed).isFalse();
        return taken.getFirst();
    }
}
