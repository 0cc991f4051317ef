package dev.bailiwick.server.jail.rest;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The descriptions of a definition's fields in the description of the API: what each is, its unit, its range and its default. The fields
 * themselves come from {@link dev.bailiwick.jail.draft.DefinitionDraft}, which knows no annotations of the API.
 */
@Configuration(proxyBeanMethods = false)
class DefinitionDescription {

    private static final List<String> SCHEMAS = List.of("JailRequest", "JailDocument");

    private static final Map<String, String> BY_FIELD = Map.ofEntries(
            Map.entry(
                    "customer",
                    "The id of the customer that the jail belongs to. It is required, and changed only by POST /api/v1/jails/{id}/move."),
            Map.entry(
                    "host",
                    "The id of the jail's host. By default the connected host with the fewest jails for its memory. It cannot be changed."),
            Map.entry(
                    "externalId",
                    "The jail's id in another program, at most 200 characters and unique per customer. By default none. It cannot be changed."),
            Map.entry(
                    "name",
                    "The name of the jail, unique per customer: 1 to 63 of a-z, 0-9 and '-', with a letter or digit first and last."),
            Map.entry(
                    "hostname",
                    "The hostname inside the jail, at most 64 characters. By default the name. A change restarts the jail."),
            Map.entry(
                    "path",
                    "The directory on the host that holds the jail's own files: an absolute path, at most 1,024 characters. By default chosen below the host's base directory."),
            Map.entry(
                    "base",
                    "What lies below the jail's own files: thin (the host's /usr, read-only) or directory (nothing). By default thin. A change restarts the jail."),
            Map.entry(
                    "ip",
                    "The addresses of the jail: one IPv4 address, one IPv6 address, or both; auto takes the next free ones of the pools."),
            Map.entry(
                    "policy",
                    "What the jail may do with each system call: a profile, by default hosting, and overrides of single calls."),
            Map.entry(
                    "command",
                    "The program that the jail runs, an absolute path inside it, and its arguments; not a shell's command line. At most 131,071 bytes for each argument, and 262,144 with the environment. By default, with base thin a shell that waits, otherwise /sbin/init. A change restarts the jail."),
            Map.entry(
                    "environment",
                    "The command's environment variables. Names may have any characters but = and NUL; at most 131,071 bytes for each name and value. A change restarts the jail."),
            Map.entry("limits", "What the jail may use. By default no limit."),
            Map.entry("wanted", "Whether the jail is to run: running or stopped. By default running."),
            Map.entry(
                    "labels",
                    "Texts by which lists can be filtered: at most 32, with keys of at most 63 and values of at most 255 characters. A change restarts nothing."),
            Map.entry(
                    "stopSignal",
                    "The signal that asks the jail's init to end: HUP, INT, QUIT, USR1, USR2, TERM, WINCH, PWR or RTMIN+3, also with SIG before it. By default TERM, in whose place systemd in profile system gets RTMIN+3. A change restarts nothing."),
            Map.entry(
                    "stopTimeout",
                    "How long the init has to end after the signal before the jail is killed: 1 to 3600 seconds, by default 10. A change restarts nothing."),
            Map.entry(
                    "user",
                    "The user as whom the command runs: user or user:group, each an id from 0 to 65535 or a name in the jail's own /etc/passwd or /etc/group. By default root. A change restarts the jail."),
            Map.entry(
                    "workingDirectory",
                    "The directory in which the command begins: an absolute path inside the jail, at most 1,024 characters. By default /. A change restarts the jail."),
            Map.entry(
                    "runDirectories",
                    "Directories that exist when the command starts, although /run is empty at each start; at most 32, with those above them at most 64. path is below /run; owner is user or user:group of the jail, by default the user of the command; mode is octal, by default 0755. A change restarts the jail."),
            Map.entry(
                    "init",
                    "Whether a small init of the host is process 1 and runs the command as its child: it reaps orphans, passes signals on to the command, and ends with its exit status. By default false: the command is process 1. Not for commands that are an init themselves, such as systemd or tini. A change restarts the jail."),
            Map.entry(
                    "restartPolicy",
                    "Whether the jail is started again after its init has ended by itself: always, on-failure (unless it exited with status 0) or never. By default always. A change restarts nothing."),
            Map.entry(
                    "restartLimit",
                    "The number of restarts in a row, each after a run of less than 10 minutes, after which the jail stays ended until somebody starts it: 1 to 1000, by default no limit; not with restartPolicy never. A change restarts nothing."),
            Map.entry(
                    "nameServers",
                    "The name servers of the jail, at most 3 addresses. By default those of the pool of its address, otherwise those of its host. A change restarts the jail."),
            Map.entry(
                    "searchDomains",
                    "The domains in which the jail searches for names, at most 16. By default those of its pool, otherwise those of its host. A change restarts the jail."),
            Map.entry(
                    "resolverOptions",
                    "Options of resolv.conf(5), for example ndots:2; at most 16. By default those of its pool, otherwise those of its host. A change restarts the jail."),
            Map.entry(
                    "extraHosts",
                    "The address of each additional name in /etc/hosts, at most 128. By default none. A change restarts the jail."));

    @Bean
    OpenApiCustomizer describesDefinitions() {
        return api -> SCHEMAS.forEach(name -> {
            Schema<?> schema = api.getComponents().getSchemas().get(name);
            if (schema != null && schema.getProperties() != null) {
                BY_FIELD.forEach((field, text) -> {
                    Schema<?> property = schema.getProperties().get(field);
                    if (property != null) {
                        property.setDescription(text);
                    }
                });
            }
        });
    }
}
