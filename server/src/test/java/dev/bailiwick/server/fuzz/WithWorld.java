package dev.bailiwick.server.fuzz;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.difference.ReportedDifferences;
import dev.bailiwick.server.secret.SealingKey;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** A server whose tests make worlds: users, jails and files to send requests about. */
abstract class WithWorld {

    @LocalServerPort
    int port;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    JailReports reports;

    @Autowired
    private ReportedDifferences differences;

    @Autowired
    JdbcClient jdbc;

    /** Makes users, jails and files that no other test has. */
    World newWorld() throws IOException, InterruptedException {
        return new World.Maker(port, fixtures, users, tokens, sessions, key, jails, actions, reports, differences, jdbc)
                .make();
    }
}
