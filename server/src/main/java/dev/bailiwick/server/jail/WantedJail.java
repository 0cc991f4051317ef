package dev.bailiwick.server.jail;

import com.fasterxml.jackson.annotation.JsonFormat;
import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.jail.DefinitionDraft.LimitsDraft;
import dev.bailiwick.jail.PolicyDraft;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A jail as it is asked for; every component may be missing.
 *
 * @param host where it is to run; by default a connected host is chosen
 * @param path by default a directory of its own below the host's root base
 * @param ip one IPv4 address, one IPv6 address, or one of each; by default, or with {@code auto}, the next free ones
 * @param labels to find the jail by: at most 32, with keys of at most 63 and values of at most 255 characters
 */
record WantedJail(
        @Nullable String customer,
        @Nullable String host,
        @Nullable String externalId,
        @Nullable String name,
        @Nullable String hostname,
        @Nullable String path,
        @Nullable String base,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
        List<@Nullable String> ip,

        @Nullable PolicyDraft policy,
        @Nullable List<@Nullable String> command,
        @Nullable Map<String, @Nullable String> environment,
        @Nullable LimitsDraft limits,
        @Nullable String wanted,
        @Nullable Map<String, @Nullable String> labels) {

    static WantedJail of(JailView jail) {
        DefinitionDraft draft = DefinitionDraft.of(jail.definition());
        return new WantedJail(
                jail.customer().toString(),
                jail.host().toString(),
                jail.externalId().orElse(null),
                draft.name(),
                draft.hostname(),
                draft.path(),
                draft.base(),
                draft.ip(),
                draft.policy(),
                draft.command(),
                draft.environment(),
                draft.limits(),
                draft.wanted(),
                draft.labels());
    }

    DefinitionDraft draft() {
        return new DefinitionDraft(
                name, hostname, path, base, ip, policy, command, environment, limits, wanted, labels);
    }
}
