package dev.bailiwick.agent;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of the agent's program: {@code COMMAND}, then options {@code --name VALUE} or {@code --name=VALUE}. This class
 * parses them itself, because a library took a third of the time from an agent's start until it has its jails.
 */
record CommandLine(Command command, Map<Option, String> given) {

    static final String HELP = """
            Usage: bailiwick-agent COMMAND [OPTION...]
            Makes this host's jails match their definitions on its Bailiwick server.

            join --server HOST:PORT
                      joins this host to a server. The server's page of the host shows the address and a one-time token;
                      the token is read from standard input. With --token TOKEN, other users of this machine can see it
            run       runs the agent; SIGTERM ends it and leaves its jails running
            jails     lists the jails on this host
            stop-jails
                      stops the jails on this host while no agent runs; the next agent starts those that should run
            check     checks whether jails can run on this host, and that no other agent uses the same directories, cgroup
                      or ids
            samples --jail ID
                      prints what this host measured of a jail every ten seconds of the last day, as comma-separated values
            train     writes a cache beside the agent's program, with which this version of Java starts the agent faster

              --config FILE           properties file; default /etc/bailiwick/agent.properties, if it exists
              --state DIR             this host's key, certificates and desired state; default /var/lib/bailiwick/agent
              --root-base DIR         root paths of jails lie below it; default /var/lib/bailiwick/jails
              --runtime DIR           files that are not needed after a reboot; default /run/bailiwick
              --logs DIR              output of jails; default /var/log/bailiwick
              --log-size BYTES        what the log of each jail takes on the disk at most; default 33554432
              --log FILE              the agent's log, instead of standard error
              --cgroup NAME           the cgroup of all jails; default bailiwick
              --first-host-id ID      the first host id that jails are mapped to, a multiple of 65536; default 1879048192
              --host-id-ranges COUNT  the number of ranges of 65536 ids; each jail takes one; default 4094
              --floor CALL,...        calls for which no override and no profile allows more on this host than hosting does
              --accept RISK,...       risks that this host cannot prevent, and with which jails run nevertheless:
                                      core-socket, unbounded-system
              --lxcfs PATH            where lxcfs is mounted; default /var/lib/lxcfs. Without it jails see the figures of the host
              --metrics-port PORT     offers metrics to Prometheus on this port of 127.0.0.1; default 0, which is none
              --help                  shows this text
              --version               shows the agent's version
            """;

    enum Command {
        JOIN,
        RUN,
        JAILS,
        STOP_JAILS,
        CHECK,
        SAMPLES,
        TRAIN,
        HELP,
        VERSION
    }

    enum Option {
        CONFIG("--config"),
        STATE("--state"),
        ROOT_BASE("--root-base"),
        RUNTIME("--runtime"),
        LOGS("--logs"),
        LOG_SIZE("--log-size"),
        LOG("--log"),
        CGROUP("--cgroup"),
        FIRST_HOST_ID("--first-host-id"),
        HOST_ID_RANGES("--host-id-ranges"),
        FLOOR("--floor"),
        ACCEPT("--accept"),
        LXCFS("--lxcfs"),
        METRICS_PORT("--metrics-port"),
        SERVER("--server"),
        TOKEN("--token"),
        JAIL("--jail");

        private final String text;

        Option(String text) {
            this.text = text;
        }

        private static Option named(String word) {
            return Arrays.stream(values())
                    .filter(option -> option.text.equals(word))
                    .findFirst()
                    .orElseThrow(() -> new InvalidConfig("There is no option '" + word + "'; see --help"));
        }
    }

    CommandLine {
        given = Map.copyOf(given);
    }

    /** @throws InvalidConfig naming the first word that is wrong */
    static CommandLine parse(List<String> words) {
        if (words.contains("--help") || words.contains("-h")) {
            return new CommandLine(Command.HELP, Map.of());
        }
        if (words.contains("--version") || words.contains("-V")) {
            return new CommandLine(Command.VERSION, Map.of());
        }
        if (words.isEmpty()) {
            throw new InvalidConfig("A command is missing: join, run, jails, stop-jails, check or samples; see --help");
        }
        Command command = command(words.getFirst());
        Map<Option, String> given = new EnumMap<>(Option.class);
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            Option option = Option.named(equals < 0 ? word : word.substring(0, equals));
            if (equals < 0 && ++i == words.size()) {
                throw new InvalidConfig(word + " needs a value");
            }
            String value = equals < 0 ? words.get(i) : word.substring(equals + 1);
            if (given.put(option, value) != null) {
                throw new InvalidConfig(option.text + " is given twice");
            }
        }
        if (command != Command.JOIN && (given.containsKey(Option.SERVER) || given.containsKey(Option.TOKEN))) {
            throw new InvalidConfig("Only join takes --server and --token");
        }
        if (command != Command.SAMPLES && given.containsKey(Option.JAIL)) {
            throw new InvalidConfig("Only samples takes --jail");
        }
        return new CommandLine(command, given);
    }

    private static Command command(String word) {
        return switch (word) {
            case "join", "run", "jails", "stop-jails", "check", "samples", "train" ->
                Command.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
            default -> throw new InvalidConfig("There is no command '" + word + "'; see --help");
        };
    }

    /** @throws InvalidConfig if the option is missing */
    String required(Option option) {
        @Nullable String value = given.get(option);
        if (value == null) {
            throw new InvalidConfig(option.text + " is missing");
        }
        return value;
    }

    Optional<String> optional(Option option) {
        return Optional.ofNullable(given.get(option));
    }

    /** Returns the file of the agent's own log; empty for standard error. */
    Optional<Path> log() {
        return optional(Option.LOG).map(Path::of);
    }

    /** @throws InvalidConfig naming the first key that is wrong */
    AgentConfig config() {
        Map<ConfigKey, String> values = new EnumMap<>(ConfigKey.class);
        put(values, ConfigKey.STATE_DIRECTORY, Option.STATE);
        put(values, ConfigKey.ROOT_BASE, Option.ROOT_BASE);
        put(values, ConfigKey.RUNTIME_DIRECTORY, Option.RUNTIME);
        put(values, ConfigKey.LOG_DIRECTORY, Option.LOGS);
        put(values, ConfigKey.LOG_SIZE, Option.LOG_SIZE);
        put(values, ConfigKey.CGROUP, Option.CGROUP);
        put(values, ConfigKey.FIRST_HOST_ID, Option.FIRST_HOST_ID);
        put(values, ConfigKey.HOST_ID_RANGES, Option.HOST_ID_RANGES);
        put(values, ConfigKey.FLOOR, Option.FLOOR);
        put(values, ConfigKey.ACCEPT, Option.ACCEPT);
        put(values, ConfigKey.LXCFS, Option.LXCFS);
        put(values, ConfigKey.METRICS_PORT, Option.METRICS_PORT);
        @Nullable String file = given.get(Option.CONFIG);
        return AgentConfig.read(file == null ? null : Path.of(file), values);
    }

    private void put(Map<ConfigKey, String> values, ConfigKey key, Option option) {
        @Nullable String value = given.get(option);
        if (value != null) {
            values.put(key, value);
        }
    }
}
