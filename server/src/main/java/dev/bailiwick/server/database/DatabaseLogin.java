package dev.bailiwick.server.database;

import com.zaxxer.hikari.HikariDataSource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/** A role of PostgreSQL with its password, and the database where it signs in. */
public record DatabaseLogin(String url, String user, String password) {

    /** The role that sees the rows of all customers; the server's login becomes it with {@code SET ROLE}. */
    public static final String EVERYTHING = "bailiwick_everything";

    private static final Pattern PARAMETER = Pattern.compile("([?&])(user|password)=([^&]*)");

    /** Returns the login of the pool. What its URL says comes before its settings, as it does for the driver. */
    static DatabaseLogin of(HikariDataSource pool) {
        String url = pool.getJdbcUrl();
        return new DatabaseLogin(
                // The driver ignores an empty parameter.
                PARAMETER.matcher(url).replaceAll("$1"),
                parameter(url, "user").orElse(Objects.requireNonNullElse(pool.getUsername(), "")),
                parameter(url, "password").orElse(Objects.requireNonNullElse(pool.getPassword(), "")));
    }

    private static Optional<String> parameter(String url, String name) {
        return PARAMETER
                .matcher(url)
                .results()
                .filter(found -> found.group(2).equals(name))
                .map(found -> URLDecoder.decode(found.group(3), StandardCharsets.UTF_8))
                .findFirst();
    }

    Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return DriverManager.getConnection(url, properties);
    }

    @Override
    public String toString() {
        return user + " at " + url;
    }
}
