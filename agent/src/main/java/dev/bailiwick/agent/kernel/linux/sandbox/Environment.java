package dev.bailiwick.agent.kernel.linux.sandbox;

import dev.bailiwick.agent.kernel.linux.root.JailUser;
import dev.bailiwick.jail.process.Command;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The environment of a command in a jail. */
final class Environment {

    private static final Map<String, String> DEFAULTS = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME", "/root",
            "LANG", "C.UTF-8",
            "container", "bailiwick");

    private Environment() {}

    /** Returns {@code NAME=value} for each variable; those of the command replace those of its user, and these the defaults. */
    static List<String> of(Command command, Optional<JailUser> user) {
        return of(command, user, DEFAULTS);
    }

    /** Returns the variables like {@link #of}, with the kind of terminal that the pages are. */
    static List<String> onTerminal(Command command, Optional<JailUser> user) {
        Map<String, String> defaults = new TreeMap<>(DEFAULTS);
        defaults.put("TERM", "xterm-256color");
        return of(command, user, defaults);
    }

    private static List<String> of(Command command, Optional<JailUser> user, Map<String, String> defaults) {
        Map<String, String> environment = new TreeMap<>(defaults);
        user.flatMap(JailUser::home).ifPresent(home -> environment.put("HOME", home));
        user.flatMap(JailUser::name).ifPresent(name -> {
            environment.put("USER", name);
            environment.put("LOGNAME", name);
        });
        environment.putAll(command.environment());
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }
}
