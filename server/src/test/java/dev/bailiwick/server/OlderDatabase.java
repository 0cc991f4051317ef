package dev.bailiwick.server;

import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A separate database on the server's PostgreSQL, with the schema of an earlier version. */
public final class OlderDatabase implements AutoCloseable {

    private final JdbcClient server;
    private final String name;
    private final DriverManagerDataSource database;

    /**
     * @param name of the database, which is dropped at the end
     * @param version of the schema: the number of its last migration
     */
    public OlderDatabase(JdbcClient server, JdbcConnectionDetails details, String name, int version) {
        this.server = server;
        this.name = name;
        this.database = new DriverManagerDataSource(
                details.getJdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"),
                String.valueOf(details.getUsername()),
                String.valueOf(details.getPassword()));
        server.sql("CREATE DATABASE " + name).update();
        migrateTo(version);
    }

    public JdbcClient jdbc() {
        return JdbcClient.create(database);
    }

    public DataSource dataSource() {
        return database;
    }

    public void migrateTo(int version) {
        migrate(Integer.toString(version));
    }

    public void migrateToLatest() {
        migrate("latest");
    }

    private void migrate(String target) {
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migrations")
                .target(target)
                .load()
                .migrate();
    }

    /** Returns the first column of the rows. */
    public List<String> texts(String query) {
        return jdbc().sql(query)
                .query((row, _) -> String.valueOf(row.getString(1)))
                .list();
    }

    @Override
    public void close() {
        server.sql("DROP DATABASE " + name + " WITH (FORCE)").update();
    }
}
