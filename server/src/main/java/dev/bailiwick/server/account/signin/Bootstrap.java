package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.signin.link.SignInLinks;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.database.RowAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Creates the first operator if there is none, and writes the credentials to a file: a password, a link that works once, and a
 * token with all scopes. They are stored nowhere else in plain text.
 */
@Component
@Order(0)
class Bootstrap implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(Bootstrap.class);

    private final BootstrapProperties properties;
    private final Users users;
    private final ApiTokens tokens;
    private final SignInLinks links;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;

    Bootstrap(
            BootstrapProperties properties,
            Users users,
            ApiTokens tokens,
            SignInLinks links,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            JsonMapper json) {
        this.properties = properties;
        this.users = users;
        this.tokens = tokens;
        this.links = links;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.json = json;
    }

    /** The content of the file; the link is a path on this server. */
    record Entry(String login, String password, String link, String token) {}

    @Override
    public void run(ApplicationArguments arguments) {
        RowAccess.everything().run(this::createFirst);
    }

    private void createFirst() {
        transaction.executeWithoutResult(status -> {
            // Only one of several replicas that start at once creates the operator.
            jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('bootstrap'))")
                    .query()
                    .singleRow();
            if (users.anyOwner()) {
                return;
            }
            Path file = properties.file();
            if (file == null) {
                log.warn(
                        "There is no operator. Set bailiwick.bootstrap.file and start again: the server then creates an operator and writes the credentials to that file");
                return;
            }
            // Within the transaction: without the file, nobody would know the operator's password.
            write(file, create());
            log.info("Created the first operator {}; the credentials are in {}", properties.login(), file);
        });
    }

    private Entry create() {
        String password = properties.password() == null ? Secret.fresh("").text() : properties.password();
        User user = users.createFirst(properties.login(), password);
        Caller caller = users.inSession(user.id()).orElseThrow();
        var token = tokens.issue(caller, new TokenRequest("first operator", Set.of(Scope.values()), null));
        Secret link = links.issue(user.id(), properties.linkValidity(), Optional.empty());
        return new Entry(user.login(), password, "/sign-in/link/" + link.text(), token.secret());
    }

    /** Writes the file atomically; only its owner can ever read it. */
    private void write(Path file, Entry entry) {
        Path absolute = file.toAbsolutePath();
        Path unfinished = absolute.resolveSibling(absolute.getFileName() + ".new");
        try {
            Files.createDirectories(absolute.getParent());
            Files.deleteIfExists(unfinished);
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = Files.newByteChannel(unfinished, create, owner);
                    var stream = Channels.newOutputStream(channel)) {
                stream.write(json.writeValueAsBytes(entry));
            }
            Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The first operator's file cannot be written: " + file, e);
        }
    }
}
