package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads which names a jail resolves, and how. */
final class NameSettingsReader {

    private NameSettingsReader() {}

    static Optional<NameSettings> read(DraftReader reader, DefinitionDraft draft) {
        Optional<List<IpAddress>> servers = reader.readEach(
                        "/nameServers", orNone(draft.nameServers()), IpAddress::parse)
                .flatMap(all -> reader.check("/nameServers", () -> ResolverConfiguration.checkServers(all)));
        Optional<List<String>> search = reader.readEach("/searchDomains", orNone(draft.searchDomains()), String::strip)
                .flatMap(all -> reader.check("/searchDomains", () -> ResolverConfiguration.checkSearch(all)));
        Optional<List<String>> options = reader.readEach(
                        "/resolverOptions", orNone(draft.resolverOptions()), String::strip)
                .flatMap(all -> reader.check("/resolverOptions", () -> ResolverConfiguration.checkOptions(all)));
        Optional<ExtraHosts> hosts = readHosts(reader, draft);
        return servers.flatMap(s -> search.flatMap(d ->
                options.flatMap(o -> hosts.map(h -> new NameSettings(new ResolverConfiguration(s, d, o), h)))));
    }

    private static Optional<ExtraHosts> readHosts(DraftReader reader, DefinitionDraft draft) {
        return reader.readValues(
                        "/extraHosts",
                        draft.extraHosts() == null ? Map.of() : draft.extraHosts(),
                        (_, address) -> IpAddress.parse(address))
                .flatMap(all -> reader.check("/extraHosts", () -> new ExtraHosts(all)));
    }

    private static List<@Nullable String> orNone(@Nullable List<@Nullable String> texts) {
        return texts == null ? List.of() : texts;
    }

    /** Returns the hosts as callers write them. */
    static Map<String, @Nullable String> written(ExtraHosts hosts) {
        Map<String, @Nullable String> addresses = new LinkedHashMap<>();
        hosts.all().forEach((name, address) -> addresses.put(name, address.toString()));
        return addresses;
    }
}
