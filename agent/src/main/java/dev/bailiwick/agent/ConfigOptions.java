package dev.bailiwick.agent;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command takes. */
final class ConfigOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties file; default /etc/bailiwick/agent.properties where there is one.")
    private @Nullable Path file;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "This host's key, certificates and desired state; default /var/lib/bailiwick/agent.")
    private @Nullable String state;

    @Option(
            names = "--root-base",
            paramLabel = "DIR",
            description = "Root paths of jails lie below it; default /var/lib/bailiwick/jails.")
    private @Nullable String rootBase;

    @Option(names = "--runtime", paramLabel = "DIR", description = "What a reboot may forget; default /run/bailiwick.")
    private @Nullable String runtime;

    @Option(names = "--logs", paramLabel = "DIR", description = "Output of jails; default /var/log/bailiwick.")
    private @Nullable String logs;

    @Option(names = "--cgroup", paramLabel = "NAME", description = "The cgroup of all jails; default bailiwick.")
    private @Nullable String cgroup;

    @Option(
            names = "--first-host-id",
            paramLabel = "ID",
            description = "The first id that jails are mapped to, a multiple of 65536; default 1879048192.")
    private @Nullable String firstHostId;

    @Option(
            names = "--host-id-ranges",
            paramLabel = "COUNT",
            description = "How many ranges of 65536 ids there are, one for each jail; default 4094.")
    private @Nullable String hostIdRanges;

    /** @throws InvalidConfig naming the first key that is wrong */
    AgentConfig read() {
        Map<ConfigKey, String> said = new EnumMap<>(ConfigKey.class);
        put(said, ConfigKey.STATE_DIRECTORY, state);
        put(said, ConfigKey.ROOT_BASE, rootBase);
        put(said, ConfigKey.RUNTIME_DIRECTORY, runtime);
        put(said, ConfigKey.LOG_DIRECTORY, logs);
        put(said, ConfigKey.CGROUP, cgroup);
        put(said, ConfigKey.FIRST_HOST_ID, firstHostId);
        put(said, ConfigKey.HOST_ID_RANGES, hostIdRanges);
        return AgentConfig.read(file, said);
    }

    private static void put(Map<ConfigKey, String> said, ConfigKey key, @Nullable String value) {
        if (value != null) {
            said.put(key, value);
        }
    }
}
