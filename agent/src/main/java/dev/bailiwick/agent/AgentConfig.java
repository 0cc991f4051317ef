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
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options that an agent reads when it starts. A value on the command line comes before one in the properties file, and that
 * comes before the default. The server's address is no option: the host learns it when it joins.
 */
record AgentConfig(HostLayout layout, HostFloor floor, Set<Risk> accepted) {

    static final Path DEFAULT_FILE = Path.of("/etc/bailiwick/agent.properties");

    private static final char NOT_UTF_8 = '\ufffd';

    /** The value of an option, and where it was given, for error messages. */
    private record Said(String value, String where) {}

    /**
     * Reads all options.
     *
     * @param file the properties file named on the command line; null for {@link #DEFAULT_FILE}, which need not exist
     * @param commandLine the values given on the command line
     * @throws InvalidConfig naming the first key that is wrong
     */
    static AgentConfig read(@Nullable Path file, Map<ConfigKey, String> commandLine) {
        Map<ConfigKey, Said> said = new EnumMap<>(ConfigKey.class);
        for (ConfigKey key : ConfigKey.values()) {
            said.put(key, new Said(key.fallback(), "by default"));
        }
        if (file != null || Files.exists(DEFAULT_FILE)) {
            said.putAll(fromFile(file == null ? DEFAULT_FILE : file));
        }
        commandLine.forEach((key, value) -> said.put(key, new Said(value, "on the command line")));
        return new AgentConfig(layout(said), floor(said), accepted(said));
    }

    private static Map<ConfigKey, Said> fromFile(Path file) {
        Properties properties = new Properties();
        try (Reader reader = new StringReader(TextFile.read(file))) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfig("Cannot read the configuration " + file + ": " + e);
        }
        Map<ConfigKey, Said> said = new EnumMap<>(ConfigKey.class);
        for (String name : properties.stringPropertyNames()) {
            ConfigKey key =
                    ConfigKey.named(name).orElseThrow(() -> new InvalidConfig("Unknown key '" + name + "' in " + file));
            String value = properties.getProperty(name).strip();
            if (value.indexOf(NOT_UTF_8) >= 0) {
                throw new InvalidConfig("The value of '" + name + "' in " + file + " is not UTF-8");
            }
            said.put(key, new Said(value, "in " + file));
        }
        return said;
    }

    private static HostLayout layout(Map<ConfigKey, Said> said) {
        Path rootBase = directory(ConfigKey.ROOT_BASE, said);
        Path runtime = directory(ConfigKey.RUNTIME_DIRECTORY, said);
        Path logs = directory(ConfigKey.LOG_DIRECTORY, said);
        Path state = directory(ConfigKey.STATE_DIRECTORY, said);
        long firstHostId = number(ConfigKey.FIRST_HOST_ID, said);
        long ranges = number(ConfigKey.HOST_ID_RANGES, said);
        try {
            return new HostLayout(
                    rootBase,
                    runtime,
                    logs,
                    state,
                    the(ConfigKey.CGROUP, said).value(),
                    firstHostId,
                    Math.toIntExact(Math.min(ranges, Integer.MAX_VALUE)));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig(namingKeys(String.valueOf(e.getMessage())));
        }
    }

    private static HostFloor floor(Map<ConfigKey, Said> said) {
        Said value = the(ConfigKey.FLOOR, said);
        try {
            return HostFloor.parse(value.value());
        } catch (InvalidValue e) {
            throw wrong(ConfigKey.FLOOR, value, "contains a name that " + e.reason());
        }
    }

    private static Set<Risk> accepted(Map<ConfigKey, Said> said) {
        Said value = the(ConfigKey.ACCEPT, said);
        try {
            return Risk.parse(value.value());
        } catch (InvalidValue e) {
            throw wrong(ConfigKey.ACCEPT, value, "contains a name that " + e.reason());
        }
    }

    private static Path directory(ConfigKey key, Map<ConfigKey, Said> said) {
        Said value = the(key, said);
        if (value.value().isEmpty() || value.value().indexOf('\0') >= 0) {
            throw wrong(key, value, "must be a directory");
        }
        return Path.of(value.value()).toAbsolutePath().normalize();
    }

    private static long number(ConfigKey key, Map<ConfigKey, Said> said) {
        Said value = the(key, said);
        try {
            return Long.parseLong(value.value());
        } catch (NumberFormatException e) {
            throw wrong(key, value, "must be a whole number");
        }
    }

    private static Said the(ConfigKey key, Map<ConfigKey, Said> said) {
        Said value = said.get(key);
        if (value == null) {
            throw new IllegalStateException(key + " has no default");
        }
        return value;
    }

    private static InvalidConfig wrong(ConfigKey key, Said said, String what) {
        return new InvalidConfig("'" + key.text() + "' is '" + said.value() + "' " + said.where() + "; it " + what);
    }

    /** Replaces the names of the layout's components, which operators do not know, by the keys of the options. */
    private static String namingKeys(String message) {
        return message.replace("rootBase", "'root-base'")
                .replace("runtimeDirectory", "'runtime-directory'")
                .replace("logDirectory", "'log-directory'")
                .replace("stateDirectory", "'state-directory'")
                .replace("cgroupName", "'cgroup'")
                .replace("firstHostId", "'first-host-id'")
                .replace("hostIdRanges", "'host-id-ranges'");
    }
}
