package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.database.DatabaseLogin;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Receives the database's notifications on a separate connection and passes them to {@link Notifications}. Opens a broken
 * connection again until it succeeds; notifications sent meanwhile are lost, and listeners receive {@link Notification.Missed}.
 */
@Component
class NotificationThread implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(NotificationThread.class);

    /** A silent connection is checked after so long: a machine that vanished does not close it. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    /** Someone's access was withdrawn. Not a {@link Notification}, as it concerns no host and no jail. */
    private static final String WITHDRAWN = "access_withdrawn";

    private static final String ASKED = "host_asked";
    private static final String ANSWERED = "host_answered";

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

    private final DatabaseLogin database;
    private final Notifications notifications;
    private final OpenStreams streams;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Connection connection;

    NotificationThread(DatabaseLogin database, Notifications notifications, OpenStreams streams) {
        this.database = database;
        this.notifications = notifications;
        this.streams = streams;
    }

    /** Starts early: components that start later can rely on notifications. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE + 1000;
    }

    @Override
    public void start() {
        // A platform thread: it blocks in a socket for its whole life.
        Thread listener = Thread.ofPlatform().name("notifications").daemon().unstarted(this::run);
        thread = listener;
        listener.start();
    }

    @Override
    public void stop() {
        Thread listener = thread;
        thread = null;
        if (listener == null) {
            return;
        }
        listener.interrupt();
        closeQuietly(connection);
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (wanted()) {
            try (Connection opened = open()) {
                connection = opened;
                listen(opened);
                notifications.connected();
                pause = FIRST_PAUSE;
                forward(opened);
            } catch (SQLException e) {
                notifications.disconnected();
                if (!wanted()) {
                    return;
                }
                log.atWarn()
                        .addKeyValue("retryInMillis", pause.toMillis())
                        .addKeyValue("cause", e.getMessage())
                        .log("Not connected to the database's notifications, retrying");
                if (!sleep(pause)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) < 0 ? pause.multipliedBy(2) : MAX_PAUSE;
            }
        }
    }

    private boolean wanted() {
        return thread == Thread.currentThread();
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("ApplicationName", "bailiwick notifications");
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("loginTimeout", "2");
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(database.url(), properties);
    }

    private static void listen(Connection opened) throws SQLException {
        try (var statement = opened.createStatement()) {
            statement.execute("LISTEN host_changed");
            statement.execute("LISTEN host_seen");
            statement.execute("LISTEN pools_changed");
            statement.execute("LISTEN jail_changed");
            statement.execute("LISTEN jail_reported");
            statement.execute("LISTEN figures_stored");
            statement.execute("LISTEN " + WITHDRAWN);
            statement.execute("LISTEN " + ASKED);
            statement.execute("LISTEN " + ANSWERED);
        }
    }

    private void forward(Connection opened) throws SQLException {
        PGConnection postgres = opened.unwrap(PGConnection.class);
        while (wanted()) {
            PGNotification[] received = postgres.getNotifications((int) SILENCE.toMillis());
            if (received == null || received.length == 0) {
                if (!opened.isValid(2)) {
                    throw new SQLException("the connection does not answer");
                }
                continue;
            }
            for (PGNotification notification : received) {
                String channel = notification.getName();
                if (channel.equals(WITHDRAWN)) {
                    streams.recheck();
                } else if (channel.equals(ASKED) || channel.equals(ANSWERED)) {
                    notice(channel, notification.getParameter()).ifPresent(notifications::publish);
                } else {
                    notification
                            .getParameter()
                            .lines()
                            .forEach(line -> parse(channel, line).ifPresent(notifications::publish));
                }
            }
        }
    }

    /** Parses a notification; empty if it holds no id, as other programs may notify on these channels too. */
    private static Optional<Notification> parse(String channel, String id) {
        try {
            return switch (channel) {
                case "host_changed" -> Optional.of(hostChanged(id.split(" ", 2)));
                case "pools_changed" -> Optional.of(new Notification.PoolsChanged());
                case "host_seen" -> Optional.of(new Notification.HostSeen(HostId.parse(id)));
                case "jail_changed" -> Optional.of(new Notification.JailChanged(JailId.parse(id)));
                case "jail_reported" -> Optional.of(new Notification.JailReported(JailId.parse(id)));
                case "figures_stored" -> Optional.of(new Notification.FiguresStored(HostId.parse(id)));
                default -> Optional.empty();
            };
        } catch (InvalidValue | NumberFormatException e) {
            log.atWarn().addKeyValue("channel", channel).log("A notification holds no valid id");
            return Optional.empty();
        }
    }

    private static Optional<HostCallNotice> notice(String channel, String payload) {
        try {
            String[] ids = payload.split(" ", 2);
            UUID question = UUID.fromString(ids[ids.length - 1]);
            return Optional.of(
                    channel.equals(ASKED)
                            ? new HostCallNotice.Asked(HostId.parse(ids[0]), question)
                            : new HostCallNotice.Answered(question));
        } catch (IllegalArgumentException e) {
            log.atWarn().addKeyValue("channel", channel).log("A notification holds no valid id");
            return Optional.empty();
        }
    }

    private static Notification.HostChanged hostChanged(String[] words) {
        long revision = words.length > 1 ? Long.parseLong(words[1]) : Notification.HostChanged.ANY;
        return new Notification.HostChanged(HostId.parse(words[0]), revision);
    }

    private static boolean sleep(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void closeQuietly(@Nullable Connection open) {
        if (open == null) {
            return;
        }
        try {
            open.abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("Closing the notifications' connection", e);
        }
    }
}
