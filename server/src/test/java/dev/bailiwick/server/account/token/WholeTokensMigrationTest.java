package dev.bailiwick.server.account.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.OlderDatabase;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.account.Role;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tokens that were created before there were rights to the console, the files and the logs of jails. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class WholeTokensMigrationTest {

    /** The scopes that came with the migration, which older tokens cannot have. */
    private static final Set<String> NEW = Set.of("jails:console", "jails:files", "jails:logs");

    @Test
    void onlyTokensThatCarriedAllOfTheirRoleGetTheNewScopes(
            @Autowired JdbcClient server, @Autowired JdbcConnectionDetails details) {
        try (OlderDatabase database = new OlderDatabase(server, details, "whole_tokens", 35)) {
            for (Role role : Role.values()) {
                UUID user = UUID.randomUUID();
                database.jdbc()
                        .sql(
                                "INSERT INTO app_user (id, login, password_hash, role, created_at) VALUES (?, ?, 'x', ?, now())")
                        .params(user, role.toString(), role.toString())
                        .update();
                insert(database.jdbc(), user, "all", before(role));
                insert(database.jdbc(), user, "some", Set.of("jails:read", "tokens:read"));
            }

            database.migrateTo(37);

            for (Role role : Role.values()) {
                assertThat(database.texts(scopes(role, "all")))
                        .containsAll(
                                role.scopes().stream().map(Object::toString).toList());
                assertThat(database.texts(scopes(role, "some"))).containsExactlyInAnyOrder("jails:read", "tokens:read");
            }
        }
    }

    private static Set<String> before(Role role) {
        return role.scopes().stream()
                .map(Object::toString)
                .filter(scope -> !NEW.contains(scope))
                .collect(Collectors.toSet());
    }

    private static void insert(JdbcClient jdbc, UUID user, String name, Set<String> scopes) {
        jdbc.sql("""
                        INSERT INTO api_token (id, user_id, name, hash, prefix, scopes, created_at)
                        VALUES (uuidv7(), :user, :name, sha256(convert_to(:user || :name, 'UTF8')), 'bw_12345', :scopes::text[], now())
                        """)
                .param("user", user)
                .param("name", name)
                .param("scopes", "{" + String.join(",", scopes) + "}")
                .update();
    }

    private static String scopes(Role role, String token) {
        return "SELECT unnest(scopes) FROM api_token t JOIN app_user u ON u.id = t.user_id WHERE t.name = '" + token
                + "' AND u.role = '" + role + "'";
    }
}
