package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.syscall.Profile;
import java.lang.reflect.RecordComponent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.json.JsonMapper;

/**
 * A definition, as a row of the table {@code jail}. Each component has the name of its column. Overrides and addresses
 * are in other tables.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DefinitionRow(
        String name,
        String hostname,
        String path,
        String base,
        String profile,
        List<String> command,
        Map<String, String> environment,
        @Nullable Long memoryBytes,
        @Nullable Integer processes,
        @Nullable Integer cpuMillis,
        String wanted,
        long incarnation,
        Map<String, String> labels,
        String stopSignal,
        int stopTimeout,
        @Nullable String commandUser,
        @Nullable String workingDirectory,
        List<String> runDirectories,
        boolean init,
        String restartPolicy,
        @Nullable Integer restartLimit,
        List<String> nameServers,
        List<String> searchDomains,
        List<String> resolverOptions,
        Map<String, String> extraHosts,
        Map<String, String> otherLimits,
        Map<String, String> sysctls,
        String privileges,
        String console) {

    private static final Set<Limit> WITH_COLUMN = Set.of(Limit.MEMORY, Limit.PROCESSES, Limit.CPU_MILLIS);

    /** All columns, separated by commas. */
    public static final String COLUMNS = columns("");

    /** Readers for the columns that hold JSON. */
    record Columns(ObjectReader texts, ObjectReader pairs) {

        Columns(JsonMapper json) {
            this(json.readerForListOf(String.class), json.readerForMapOf(String.class));
        }
    }

    /** @param table the prefix of each column, for example {@code j.} */
    static String columns(String table) {
        return Stream.of(DefinitionRow.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> table + name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    public static DefinitionRow of(JailDefinition definition) {
        Limits limits = definition.limits();
        return new DefinitionRow(
                definition.name().value(),
                definition.hostname().value(),
                definition.path().value(),
                definition.base().text(),
                definition.policy().profile().text(),
                definition.command().argv(),
                definition.command().environment(),
                limits.memoryBytes().isPresent() ? limits.memoryBytes().getAsLong() : null,
                limits.processes().isPresent() ? limits.processes().getAsInt() : null,
                limits.cpuMillis().isPresent() ? limits.cpuMillis().getAsInt() : null,
                definition.wanted().text(),
                definition.incarnation(),
                definition.labels().all(),
                definition.stop().signal().text(),
                definition.stop().timeoutSeconds(),
                definition.execution().user().map(CommandUser::toString).orElse(null),
                workingDirectory(definition.execution()),
                definition.execution().runDirectories().all().stream()
                        .map(RunDirectory::toString)
                        .toList(),
                definition.execution().firstProcess() == FirstProcess.INIT,
                definition.restarts().mode().text(),
                definition.restarts().limit().isPresent()
                        ? definition.restarts().limit().getAsInt()
                        : null,
                definition.names().resolver().servers().stream()
                        .map(IpAddress::toString)
                        .toList(),
                definition.names().resolver().search(),
                definition.names().resolver().options(),
                definition.names().hosts().all().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, host -> host.getValue().toString())),
                otherLimits(limits),
                definition.execution().sysctls().all(),
                definition.execution().privileges().text(),
                definition.execution().console().text());
    }

    /** Returns the limits without a column of their own, by their names in the API: bytes, numbers, or CPUs. */
    private static Map<String, String> otherLimits(Limits limits) {
        Map<String, String> others = limits.texts();
        WITH_COLUMN.forEach(limit -> others.remove(limit.text()));
        return others;
    }

    private static @Nullable String workingDirectory(Execution execution) {
        WorkingDirectory directory = execution.workingDirectory();
        return directory.equals(WorkingDirectory.ROOT) ? null : directory.value();
    }

    static DefinitionRow read(ResultSet row, Columns json) throws SQLException {
        return new DefinitionRow(
                row.getString("name"),
                row.getString("hostname"),
                row.getString("path"),
                row.getString("base"),
                row.getString("profile"),
                json.texts.readValue(row.getString("command")),
                json.pairs.readValue(row.getString("environment")),
                row.getObject("memory_bytes", Long.class),
                row.getObject("processes", Integer.class),
                row.getObject("cpu_millis", Integer.class),
                row.getString("wanted"),
                row.getLong("incarnation"),
                json.pairs.readValue(row.getString("labels")),
                row.getString("stop_signal"),
                row.getInt("stop_timeout"),
                row.getString("command_user"),
                row.getString("working_directory"),
                json.texts.readValue(row.getString("run_directories")),
                row.getBoolean("init"),
                row.getString("restart_policy"),
                row.getObject("restart_limit", Integer.class),
                json.texts.readValue(row.getString("name_servers")),
                json.texts.readValue(row.getString("search_domains")),
                json.texts.readValue(row.getString("resolver_options")),
                json.pairs.readValue(row.getString("extra_hosts")),
                json.pairs.readValue(row.getString("other_limits")),
                json.pairs.readValue(row.getString("sysctls")),
                row.getString("privileges"),
                row.getString("console"));
    }

    public JailDefinition definition(IpAddresses addresses, List<PolicyOverride> overrides) {
        return new JailDefinition(
                new JailName(name),
                new Hostname(hostname),
                new RootPath(path),
                Base.parse(base),
                addresses,
                new Policy(Profile.parse(profile), overrides),
                new Command(command, environment),
                limits(),
                WantedState.parse(wanted),
                incarnation,
                new Labels(labels),
                stop(),
                new Execution(
                        Optional.ofNullable(commandUser).map(CommandUser::parse),
                        workingDirectory == null ? WorkingDirectory.ROOT : new WorkingDirectory(workingDirectory),
                        new RunDirectories(
                                runDirectories.stream().map(RunDirectory::parse).toList()),
                        init ? FirstProcess.INIT : FirstProcess.COMMAND,
                        new Sysctls(new TreeMap<>(sysctls)),
                        Privileges.parse(privileges),
                        Console.parse(console)),
                new RestartPolicy(
                        RestartPolicy.Mode.parse(restartPolicy),
                        restartLimit == null ? OptionalInt.empty() : OptionalInt.of(restartLimit)),
                names());
    }

    private Limits limits() {
        return new Limits(
                        memoryBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryBytes),
                        processes == null ? OptionalInt.empty() : OptionalInt.of(processes),
                        cpuMillis == null ? OptionalInt.empty() : OptionalInt.of(cpuMillis))
                .or(Limits.ofTexts(otherLimits));
    }

    /** Returns how the jail is stopped. */
    StopMethod stop() {
        return new StopMethod(StopSignal.parse(stopSignal), stopTimeout);
    }

    private NameSettings names() {
        return new NameSettings(
                new ResolverConfiguration(
                        nameServers.stream().map(IpAddress::parse).toList(), searchDomains, resolverOptions),
                new ExtraHosts(extraHosts.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, host -> IpAddress.parse(host.getValue())))));
    }
}
