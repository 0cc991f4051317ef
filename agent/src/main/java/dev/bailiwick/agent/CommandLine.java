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
 * What the agent was called to do, and with which options: {@code COMMAND}, then options {@code --name VALUE} or {@code
 * --name=VALUE}. Read by hand: a library that does it took a third of the time from an agent's start until it has its jails.
 */
record CommandLine(Command command, Map<Option, String> said) {

    static final String HELP = """
            Usage: bailiwick-agent COMMAND [OPTION...]
            Makes this host's jails match what its Bailiwick server says.

            join --server HOST:PORT
                      joins this host to a server with a one-time token, both as the server has shown them; the token is
                      read from standard input. With --token TOKEN it is an argument, which others on this machine can see
            run       runs the agent; SIGTERM ends it and leaves its jails running
            jails     lists the jails on this host
            stop-jails
                      stops the jails on this host where no agent runs; the next agent starts those that are wanted
            check     says whether this host can hold jails, and whether another agent has what this one would take of it
            train     prepares, beside the agent's program, for faster starts by the Java that is here now

              --config FILE           properties file; default /etc/bailiwick/agent.properties where there is one
              --state DIR             this host's key, certificates and desired state; default /var/lib/bailiwick/agent
              --root-base DIR         root paths of jails lie below it; default /var/lib/bailiwick/jails
              --runtime DIR           what a reboot may forget; default /run/bailiwick
              --logs DIR              output of jails; default /var/log/bailiwick
              --log FILE              where the agent writes what it does, instead of to standard error
              --cgroup NAME           the cgroup of all jails; default bailiwick
              --first-host-id ID      the first id that jails are mapped to, a multiple of 65536; default 1879048192
              --host-id-ranges COUNT  how many ranges of 65536 ids there are, one for each jail; default 4094
              --floor CALL,...        calls that no override and no profile opens on this host further than hosting does
              --accept RISK,...       jails run although the host cannot keep them from this: core-socket,
                                      unbounded-system
              --help                  shows this
              --version               shows the agent's version
            """;

    /** What to do. */
    enum Command {
        JOIN,
        RUN,
        JAILS,
        STOP_JAILS,
        CHECK,
        TRAIN,
        HELP,
        VERSION
    }

    /** The options that there are. */
    enum Option {
        CONFIG("--config"),
        STATE("--state"),
        ROOT_BASE("--root-base"),
        RUNTIME("--runtime"),
        LOGS("--logs"),
        LOG("--log"),
        CGROUP("--cgroup"),
        FIRST_HOST_ID("--first-host-id"),
        HOST_ID_RANGES("--host-id-ranges"),
        FLOOR("--floor"),
        ACCEPT("--accept"),
        SERVER("--server"),
        TOKEN("--token");

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
        said = Map.copyOf(said);
    }

    /** @throws InvalidConfig if it cannot be understood */
    static CommandLine parse(List<String> words) {
        if (words.contains("--help") || words.contains("-h")) {
            return new CommandLine(Command.HELP, Map.of());
        }
        if (words.contains("--version") || words.contains("-V")) {
            return new CommandLine(Command.VERSION, Map.of());
        }
        if (words.isEmpty()) {
            throw new InvalidConfig("Say what to do: join, run, jails, stop-jails or check; see --help");
        }
        Command command = command(words.getFirst());
        Map<Option, String> said = new EnumMap<>(Option.class);
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            Option option = Option.named(equals < 0 ? word : word.substring(0, equals));
            if (equals < 0 && ++i == words.size()) {
                throw new InvalidConfig(word + " needs a value");
            }
            String value = equals < 0 ? words.get(i) : word.substring(equals + 1);
            if (said.put(option, value) != null) {
                throw new InvalidConfig(option.text + " is there twice");
            }
        }
        if (command != Command.JOIN && (said.containsKey(Option.SERVER) || said.containsKey(Option.TOKEN))) {
            throw new InvalidConfig("--server and --token are for join");
        }
        return new CommandLine(command, said);
    }

    private static Command command(String word) {
        return switch (word) {
            case "join", "run", "jails", "stop-jails", "check", "train" ->
                Command.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
            default -> throw new InvalidConfig("There is no command '" + word + "'; see --help");
        };
    }

    /** @throws InvalidConfig if it was not told */
    String required(Option option) {
        @Nullable String value = said.get(option);
        if (value == null) {
            throw new InvalidConfig(option.text + " is missing");
        }
        return value;
    }

    /** Empty if it was not told. */
    Optional<String> optional(Option option) {
        return Optional.ofNullable(said.get(option));
    }

    /** Where the agent's own log is; empty for standard error. */
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
        put(values, ConfigKey.CGROUP, Option.CGROUP);
        put(values, ConfigKey.FIRST_HOST_ID, Option.FIRST_HOST_ID);
        put(values, ConfigKey.HOST_ID_RANGES, Option.HOST_ID_RANGES);
        put(values, ConfigKey.FLOOR, Option.FLOOR);
        put(values, ConfigKey.ACCEPT, Option.ACCEPT);
        @Nullable String file = said.get(Option.CONFIG);
        return AgentConfig.read(file == null ? null : Path.of(file), values);
    }

    private void put(Map<ConfigKey, String> values, ConfigKey key, Option option) {
        @Nullable String value = said.get(option);
        if (value != null) {
            values.put(key, value);
        }
    }
}
