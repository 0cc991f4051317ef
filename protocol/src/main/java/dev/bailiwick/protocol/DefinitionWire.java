package dev.bailiwick.protocol;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IncarnationVariable;
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
import dev.bailiwick.jail.policy.OverrideDecision;
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
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.v1.Definition;
import dev.bailiwick.protocol.v1.Override;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Converts definitions of jails to and from their messages. */
final class DefinitionWire {

    private DefinitionWire() {}

    static Definition toWire(JailDefinition definition) {
        Definition.Builder wire = Definition.newBuilder()
                .setName(definition.name().value())
                .setHostname(definition.hostname().value())
                .setPath(definition.path().value())
                .setBase(definition.base().text())
                .addAllAddresses(texts(definition.addresses().primary()))
                .addAllAdditionalAddresses(texts(definition.addresses().additional()))
                .setPolicy(toWire(definition.policy()))
                .addAllArgv(definition.command().argv())
                .putAllEnvironment(environment(definition))
                .setLimits(toWire(definition.limits()))
                .setWanted(definition.wanted().text())
                .setIncarnation(definition.incarnation())
                .putAllLabels(definition.labels().all())
                .setUser(
                        definition.execution().user().map(CommandUser::toString).orElse(""))
                .setWorkingDirectory(workingDirectory(definition.execution()))
                .addAllRunDirectories(definition.execution().runDirectories().all().stream()
                        .map(DefinitionWire::toWire)
                        .toList())
                .setInit(definition.execution().firstProcess() == FirstProcess.INIT)
                .putAllSysctls(definition.execution().sysctls().all())
                .setSetuid(definition.execution().privileges() == Privileges.SETUID)
                .setConsoleTerminal(definition.execution().console() == Console.TTY)
                .putAllExtraHosts(extraHosts(definition.names().hosts()));
        if (!definition.names().resolver().equals(ResolverConfiguration.EMPTY)) {
            wire.setResolver(ResolverWire.toWire(definition.names().resolver()));
        }
        toWire(definition.stop()).ifPresent(wire::setStop);
        RestartPolicy restarts = definition.restarts();
        if (restarts.mode() != RestartPolicy.ALWAYS.mode()) {
            wire.setRestartPolicy(restarts.mode().text());
        }
        restarts.limit().ifPresent(wire::setRestartLimit);
        return wire.build();
    }

    /** Returns empty for a jail that is stopped as by default: its message is the same as before hosts knew another way. */
    static Optional<dev.bailiwick.protocol.v1.StopMethod> toWire(StopMethod stop) {
        return stop.equals(StopMethod.DEFAULT)
                ? Optional.empty()
                : Optional.of(dev.bailiwick.protocol.v1.StopMethod.newBuilder()
                        .setSignal(stop.signal().text())
                        .setTimeoutSeconds(stop.timeoutSeconds())
                        .build());
    }

    static StopMethod fromWire(String where, dev.bailiwick.protocol.v1.StopMethod wire) {
        return Field.read(
                where + "stop",
                () -> new StopMethod(
                        wire.getSignal().isEmpty() ? StopMethod.DEFAULT.signal() : StopSignal.parse(wire.getSignal()),
                        wire.getTimeoutSeconds() == 0
                                ? StopMethod.DEFAULT.timeoutSeconds()
                                : wire.getTimeoutSeconds()));
    }

    /** Adds the incarnation as a variable, for agents that do not know the field, if there is room for another variable. */
    private static Map<String, String> environment(JailDefinition definition) {
        Map<String, String> environment = IncarnationVariable.addedTo(definition);
        try {
            return new Command(definition.command().argv(), environment).environment();
        } catch (InvalidValue _) {
            return definition.command().environment();
        }
    }

    static JailDefinition fromWire(String where, Definition wire) {
        return Field.read(
                where + "definition",
                () -> new JailDefinition(
                        Field.read(where + "name", () -> new JailName(wire.getName())),
                        Field.read(where + "hostname", () -> new Hostname(wire.getHostname())),
                        Field.read(where + "path", () -> new RootPath(wire.getPath())),
                        Field.read(where + "base", () -> Base.parse(wire.getBase())),
                        Field.read(
                                where + "addresses",
                                () -> new IpAddresses(
                                        addresses(wire.getAddressesList()),
                                        addresses(wire.getAdditionalAddressesList()))),
                        policy(where + "policy", wire.getPolicy()),
                        Field.read(
                                where + "command",
                                () -> new Command(
                                        wire.getArgvList(), IncarnationVariable.removedFrom(wire.getEnvironmentMap()))),
                        Field.read(where + "limits", () -> limits(wire.getLimits())),
                        Field.read(where + "wanted", () -> WantedState.parse(wire.getWanted())),
                        Field.read(where + "environment", () -> incarnation(wire)),
                        Field.read(where + "labels", () -> new Labels(wire.getLabelsMap())),
                        fromWire(where, wire.getStop()),
                        execution(where, wire),
                        Field.read(where + "restart_policy", () -> restarts(wire)),
                        new NameSettings(
                                Field.read(where + "resolver", () -> ResolverWire.fromWire(wire.getResolver())),
                                Field.read(where + "extra_hosts", () -> extraHosts(wire.getExtraHostsMap())))));
    }

    private static List<String> texts(List<IpAddress> addresses) {
        return addresses.stream().map(IpAddress::toString).toList();
    }

    private static List<IpAddress> addresses(List<String> texts) {
        return texts.stream().map(IpAddress::parse).toList();
    }

    private static Map<String, String> extraHosts(ExtraHosts hosts) {
        Map<String, String> addresses = new TreeMap<>();
        hosts.all().forEach((name, address) -> addresses.put(name, address.toString()));
        return addresses;
    }

    private static ExtraHosts extraHosts(Map<String, String> wire) {
        SortedMap<String, IpAddress> addresses = new TreeMap<>();
        wire.forEach((name, address) -> addresses.put(name, IpAddress.parse(address)));
        return new ExtraHosts(addresses);
    }

    private static String workingDirectory(Execution execution) {
        WorkingDirectory directory = execution.workingDirectory();
        return directory.equals(WorkingDirectory.ROOT) ? "" : directory.value();
    }

    private static Execution execution(String where, Definition wire) {
        return new Execution(
                Field.read(where + "user", () -> user(wire.getUser())),
                Field.read(
                        where + "working_directory",
                        () -> wire.getWorkingDirectory().isEmpty()
                                ? WorkingDirectory.ROOT
                                : new WorkingDirectory(wire.getWorkingDirectory())),
                Field.read(
                        where + "run_directories",
                        () -> new RunDirectories(wire.getRunDirectoriesList().stream()
                                .map(DefinitionWire::fromWire)
                                .toList())),
                wire.getInit() ? FirstProcess.INIT : FirstProcess.COMMAND,
                Field.read(where + "sysctls", () -> new Sysctls(new TreeMap<>(wire.getSysctlsMap()))),
                wire.getSetuid() ? Privileges.SETUID : Privileges.NONE,
                wire.getConsoleTerminal() ? Console.TTY : Console.LOG);
    }

    private static dev.bailiwick.protocol.v1.RunDirectory toWire(RunDirectory directory) {
        return dev.bailiwick.protocol.v1.RunDirectory.newBuilder()
                .setPath(directory.path())
                .setOwner(directory.owner().map(CommandUser::toString).orElse(""))
                .setMode(directory.mode())
                .build();
    }

    private static RunDirectory fromWire(dev.bailiwick.protocol.v1.RunDirectory wire) {
        return new RunDirectory(wire.getPath(), user(wire.getOwner()), wire.getMode());
    }

    private static Optional<CommandUser> user(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(CommandUser.parse(text));
    }

    private static RestartPolicy restarts(Definition wire) {
        return new RestartPolicy(
                wire.getRestartPolicy().isEmpty()
                        ? RestartPolicy.ALWAYS.mode()
                        : RestartPolicy.Mode.parse(wire.getRestartPolicy()),
                wire.getRestartLimit() == 0 ? OptionalInt.empty() : OptionalInt.of(wire.getRestartLimit()));
    }

    /** Reads the incarnation from its field, or from its variable, which is all that earlier agents have stored. */
    private static long incarnation(Definition wire) {
        return wire.getIncarnation() == 0 ? IncarnationVariable.in(wire.getEnvironmentMap()) : wire.getIncarnation();
    }

    private static dev.bailiwick.protocol.v1.Policy toWire(Policy policy) {
        return dev.bailiwick.protocol.v1.Policy.newBuilder()
                .setProfile(policy.profile().text())
                .addAllOverrides(
                        policy.overrides().stream().map(DefinitionWire::toWire).toList())
                .build();
    }

    private static Override toWire(PolicyOverride override) {
        return Override.newBuilder()
                .setCall(override.call())
                .setDecision(override.decision().text())
                .setReason(override.reason())
                .setSetBy(override.setBy())
                .setUntilEpochMillis(override.until().map(Instant::toEpochMilli).orElse(0L))
                .build();
    }

    private static Policy policy(String where, dev.bailiwick.protocol.v1.Policy wire) {
        return Field.read(
                where,
                () -> new Policy(
                        Profile.parse(wire.getProfile()),
                        wire.getOverridesList().stream()
                                .map(DefinitionWire::override)
                                .toList()));
    }

    private static PolicyOverride override(Override wire) {
        long until = wire.getUntilEpochMillis();
        return new PolicyOverride(
                wire.getCall(),
                OverrideDecision.parse(wire.getDecision()),
                // An earlier version stored reasons of several lines, in the database and on the disks of agents.
                PlainText.clean(wire.getReason()),
                wire.getSetBy(),
                until == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(until)));
    }

    private static dev.bailiwick.protocol.v1.Limits toWire(Limits limits) {
        dev.bailiwick.protocol.v1.Limits.Builder wire = dev.bailiwick.protocol.v1.Limits.newBuilder();
        limits.amounts().forEach((limit, amount) -> {
            switch (limit) {
                case MEMORY -> wire.setMemoryBytes(amount);
                case PROCESSES -> wire.setProcesses(Math.toIntExact(amount));
                case CPU_MILLIS -> wire.setCpuMillis(Math.toIntExact(amount));
                case SHM,
                        TMP,
                        RUN,
                        MEMORY_HIGH,
                        SWAP,
                        CPU_WEIGHT,
                        IO_WEIGHT,
                        IO_BYTES,
                        IO_OPERATIONS,
                        FILES,
                        BANDWIDTH_IN,
                        BANDWIDTH_OUT,
                        CONNECTIONS,
                        LOG -> wire.putOthers(limit.text(), amount);
            }
        });
        return wire.setCpus(limits.cpus().text()).build();
    }

    private static Limits limits(dev.bailiwick.protocol.v1.Limits wire) {
        Limits limits = new Limits(
                wire.getMemoryBytes() == 0 ? OptionalLong.empty() : OptionalLong.of(wire.getMemoryBytes()),
                wire.getProcesses() == 0 ? OptionalInt.empty() : OptionalInt.of(wire.getProcesses()),
                wire.getCpuMillis() == 0 ? OptionalInt.empty() : OptionalInt.of(wire.getCpuMillis()));
        for (Map.Entry<String, Long> other : wire.getOthersMap().entrySet()) {
            limits = limits.with(Limit.parse(other.getKey()), other.getValue());
        }
        return limits.with(new CpuSet(wire.getCpus()));
    }
}
