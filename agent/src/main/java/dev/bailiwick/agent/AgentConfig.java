package dev.bailiwick.agent;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options that an agent reads when it starts. A value on the command line comes before one in the properties file, and that
 * comes before the default. The server's address is no option: the host learns it when it joins.
 */
record AgentConfig(HostLayout layout, HostFloor floor, Set<Risk> accepted, OptionalInt metricsPort, Path lxcfs) {

    static final Path DEFAULT_FILE = Path.of("/etc/bailiwick/agent.properties");

    private static final int MAX_PORT = 65_535;

    private static final char NOT_UTF_8 = '\ufffd';

    /** The value of an option, and where it was given, for error messages. */
    private record Setting(String value, String where) {}

    /**
     * Reads all options.
     *
     * @param file the properties file named on the command line; null for {@link #DEFAULT_FILE}, which need not exist
     * @param commandLine the values given on the command line
     * @throws InvalidConfig naming the first key that is wrong
     */
    static AgentConfig read(@Nullable Path file, Map<ConfigKey, String> commandLine) {
        Map<ConfigKey, Setting> settings = new EnumMap<>(ConfigKey.class);
        for (ConfigKey key : ConfigKey.values()) {
            settings.put(key, new Setting(key.fallback(), "by default"));
        }
        if (file != null || Files.exists(DEFAULT_FILE)) {
            settings.putAll(fromFile(file == null ? DEFAULT_FILE : file));
        }
        commandLine.forEach((key, value) -> settings.put(key, new Setting(value, "on the command line")));
        return new AgentConfig(
                layout(settings),
                floor(settings),
                acceptedRisks(settings),
                metricsPort(settings),
                directory(ConfigKey.LXCFS, settings));
    }

    private static Map<ConfigKey, Setting> fromFile(Path file) {
        Properties properties = new Properties();
        try (Reader reader = new StringReader(TextFile.read(file))) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfig("Cannot read the configuration " + file + ": " + e);
        }
        Map<ConfigKey, Setting> settings = new EnumMap<>(ConfigKey.class);
        for (String name : properties.stringPropertyNames()) {
            ConfigKey key =
                    ConfigKey.named(name).orElseThrow(() -> new InvalidConfig("Unknown key '" + name + "' in " + file));
            String value = properties.getProperty(name).strip();
            if (value.indexOf(NOT_UTF_8) >= 0) {
                throw new InvalidConfig("The value of '" + name + "' in " + file + " is not UTF-8");
            }
            settings.put(key, new Setting(value, "in " + file));
        }
        return settings;
    }

    private static HostLayout layout(Map<ConfigKey, Setting> settings) {
        Path rootBase = directory(ConfigKey.ROOT_BASE, settings);
        Path runtime = directory(ConfigKey.RUNTIME_DIRECTORY, settings);
        Path logs = directory(ConfigKey.LOG_DIRECTORY, settings);
        Path state = directory(ConfigKey.STATE_DIRECTORY, settings);
        long firstHostId = number(ConfigKey.FIRST_HOST_ID, settings);
        long ranges = number(ConfigKey.HOST_ID_RANGES, settings);
        long logBytes = number(ConfigKey.LOG_SIZE, settings);
        try {
            return new HostLayout(
                    rootBase,
                    runtime,
                    logs,
                    state,
                    the(ConfigKey.CGROUP, settings).value(),
                    firstHostId,
                    Math.toIntExact(Math.min(ranges, Integer.MAX_VALUE)),
                    logBytes);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig(namingKeys(String.valueOf(e.getMessage())));
        }
    }

    private static HostFloor floor(Map<ConfigKey, Setting> settings) {
        Setting value = the(ConfigKey.FLOOR, settings);
        try {
            return HostFloor.parse(value.value());
        } catch (InvalidValue e) {
            throw wrong(ConfigKey.FLOOR, value, "contains a name that " + e.reason());
        }
    }

    private static Set<Risk> acceptedRisks(Map<ConfigKey, Setting> settings) {
        Setting value = the(ConfigKey.ACCEPT, settings);
        try {
            return Risk.parse(value.value());
        } catch (InvalidValue e) {
            throw wrong(ConfigKey.ACCEPT, value, "contains a name that " + e.reason());
        }
    }

    private static OptionalInt metricsPort(Map<ConfigKey, Setting> settings) {
        long port = number(ConfigKey.METRICS_PORT, settings);
        if (port < 0 || port > MAX_PORT) {
            throw wrong(ConfigKey.METRICS_PORT, the(ConfigKey.METRICS_PORT, settings), "must be 0 to " + MAX_PORT);
        }
        return port == 0 ? OptionalInt.empty() : OptionalInt.of((int) port);
    }

    private static Path directory(ConfigKey key, Map<ConfigKey, Setting> settings) {
        Setting value = the(key, settings);
        if (value.value().isEmpty() || value.value().indexOf('\0') >= 0) {
            throw wrong(key, value, "must be a directory");
        }
        return Path.of(value.value()).toAbsolutePath().normalize();
    }

    private static long number(ConfigKey key, Map<ConfigKey, Setting> settings) {
        Setting value = the(key, settings);
        try {
            return Long.parseLong(value.value());
        } catch (NumberFormatException e) {
            throw wrong(key, value, "must be a whole number");
        }
    }

    private static Setting the(ConfigKey key, Map<ConfigKey, Setting> settings) {
        Setting value = settings.get(key);
        if (value == null) {
            throw new IllegalStateException(key + " has no default");
        }
        return value;
    }

    private static InvalidConfig wrong(ConfigKey key, Setting value, String what) {
        return new InvalidConfig("'" + key.text() + "' is '" + value.value() + "' " + value.where() + "; it " + what);
    }

    /** Replaces the names of the layout's components, which operators do not know, by the keys of the options. */
    private static String namingKeys(String message) {
        return message.replace("rootBase", "'root-base'")
                .replace("runtimeDirectory", "'runtime-directory'")
                .replace("logDirectory", "'log-directory'")
                .replace("logBytes", "'log-size'")
                .replace("stateDirectory", "'state-directory'")
                .replace("cgroupName", "'cgroup'")
                .replace("firstHostId", "'first-host-id'")
                .replace("hostIdRanges", "'host-id-ranges'");
    }
}
