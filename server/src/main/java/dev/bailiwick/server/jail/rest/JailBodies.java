package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The reader of request bodies that define jails. It rejects an unknown field, because it is probably a typing error. The
 * fields that the API itself adds to a jail may be sent back, and are ignored.
 */
@Component
public class JailBodies {

    private static final Set<String> ADDED_BY_THE_SERVER =
            Set.of("id", "generation", "status", "createdAt", "updatedAt", "retiredAt", "restart");

    private final JsonMapper json;
    private final StrictJson strict;

    JailBodies(JsonMapper json, StrictJson strict) {
        this.json = json;
        this.strict = strict;
    }

    /** @throws InvalidRequest pointing to the field that cannot be read */
    public NewJail newJail(JsonNode body) {
        JailRequest wanted = read(body);
        List<Violation> violations = new ArrayList<>();
        Optional<CustomerId> customer = parse("/customer", wanted.customer(), CustomerId::parse, violations);
        Optional<HostId> host = parse("/host", wanted.host(), HostId::parse, violations);
        if (wanted.customer() == null) {
            violations.add(new Violation("/customer", "is required"));
        }
        if (wanted.externalId() != null) {
            FreeText.check("/externalId", wanted.externalId(), 200, violations);
        }
        if (!violations.isEmpty()) {
            violations.addAll(DraftCompletion.violations(wanted.draft()));
            throw new InvalidRequest(violations);
        }
        return new NewJail(customer.orElseThrow(), host, Optional.ofNullable(wanted.externalId()), wanted.draft());
    }

    /** Reads a complete new definition of an existing jail. */
    JailRequest replacement(JsonNode body, JailView jail) {
        JailRequest wanted = read(body);
        List<Violation> violations = new ArrayList<>();
        refuseChange(
                "/customer",
                wanted.customer(),
                jail.customer().toString(),
                "cannot be changed here; POST /api/v1/jails/" + jail.id() + "/move moves a jail to another customer",
                violations);
        refuseChange("/host", wanted.host(), jail.host().toString(), "cannot be changed", violations);
        refuseChange(
                "/externalId", wanted.externalId(), jail.externalId().orElse(null), "cannot be changed", violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return wanted;
    }

    /** Returns the current definition of the jail, changed by a merge patch (RFC 7396). */
    JailRequest patch(JsonNode patch, JailView jail) {
        if (!(patch instanceof ObjectNode changes)) {
            throw new InvalidRequest("", "must be a JSON object");
        }
        ObjectNode target = json.valueToTree(JailRequest.of(jail));
        merge(target, changes);
        return replacement(target, jail);
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        for (var entry : patch.properties()) {
            String name = entry.getKey();
            switch (entry.getValue()) {
                case JsonNode value when value.isNull() -> target.remove(name);
                case ObjectNode value -> {
                    ObjectNode below = target.get(name) instanceof ObjectNode known ? known : target.putObject(name);
                    merge(below, value);
                }
                case JsonNode value -> target.set(name, value);
            }
        }
    }

    private JailRequest read(JsonNode body) {
        if (!(body instanceof ObjectNode object)) {
            throw new InvalidRequest("", "must be a JSON object");
        }
        ObjectNode definition = object.deepCopy();
        ADDED_BY_THE_SERVER.forEach(definition::remove);
        ObjectNode owner = json.createObjectNode();
        for (RecordComponent component : JailRequest.Owner.class.getRecordComponents()) {
            JsonNode value = definition.remove(component.getName());
            if (value != null) {
                owner.set(component.getName(), value);
            }
        }
        JsonNode addresses = definition.get("ip");
        if (addresses != null && addresses.isString()) {
            definition.putArray("ip").add(addresses);
        }
        return JailRequest.of(
                strict.read(owner, JailRequest.Owner.class),
                strict.read(definition, DefinitionDraft.class, "/policy/overrides", "/runDirectories"));
    }

    private static void refuseChange(
            String pointer,
            @Nullable String wanted,
            @Nullable String known,
            String refusal,
            List<Violation> violations) {
        if (wanted != null && !Objects.equals(wanted, known)) {
            violations.add(new Violation(pointer, refusal));
        }
    }

    private static <T> Optional<T> parse(
            String pointer, @Nullable String text, Function<String, T> parser, List<Violation> violations) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (InvalidValue e) {
            violations.add(new Violation(pointer, e.reason()));
            return Optional.empty();
        }
    }
}
