package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.problem.TypedReading;
import dev.bailiwick.server.request.FreeText;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The reader of request bodies that define jails. It rejects an unknown field, because it is probably a typing error. The
 * fields that the server adds to a jail may be sent back unchanged ({@link ReadOnlyFields}).
 */
@Component
public class JailBodies {

    private final JsonMapper json;
    private final StrictJson strict;

    JailBodies(JsonMapper json, StrictJson strict) {
        this.json = json;
        this.strict = strict;
    }

    /** @throws InvalidRequest pointing to the fields that cannot be read */
    public NewJail newJail(JsonNode body) {
        List<Violation> violations = new ArrayList<>();
        ObjectNode fields = fields(body);
        ReadOnlyFields.removeFromNew(fields, violations);
        JailRequest wanted = read(fields, violations);
        boolean isReadable = violations.isEmpty();
        Optional<CustomerId> customer = parse("/customer", wanted.customer(), CustomerId::parse, violations);
        Optional<HostId> host = parse("/host", wanted.host(), HostId::parse, violations);
        Optional<PlanId> plan = parse("/plan", wanted.plan(), PlanId::parse, violations);
        if (fields.path("customer").isMissingNode() || fields.path("customer").isNull()) {
            violations.add(new Violation("/customer", "is required"));
        }
        if (wanted.externalId() != null) {
            FreeText.check("/externalId", wanted.externalId(), 200, violations);
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(withValues(violations, isReadable, wanted.draft()));
        }
        return new NewJail(
                customer.orElseThrow(), host, Optional.ofNullable(wanted.externalId()), plan, wanted.draft());
    }

    /** Reads a complete new definition of an existing jail. */
    JailRequest replacement(JsonNode body, JailView jail) {
        List<Violation> violations = new ArrayList<>();
        ObjectNode fields = fields(body);
        refuseRemoval(fields, jail, violations);
        ReadOnlyFields.remove(fields, jail, json, violations);
        JailRequest wanted = read(fields, violations);
        refuseChange(
                "/customer",
                wanted.customer(),
                jail.customer().toString(),
                "cannot be changed here; POST /api/v1/jails/" + jail.id() + "/move moves a jail to another customer",
                violations);
        refuseChange("/host", wanted.host(), jail.host().toString(), "cannot be changed", violations);
        refuseChange(
                "/externalId", wanted.externalId(), jail.externalId().orElse(null), "cannot be changed", violations);
        refuseChange(
                "/plan",
                wanted.plan(),
                jail.plan().map(on -> on.plan().toString()).orElse(null),
                "cannot be changed here; POST /api/v1/jails/" + jail.id() + "/plan puts a jail on another plan",
                violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return wanted;
    }

    /** Returns the current definition of the jail, changed by a merge patch (RFC 7396). */
    JailRequest patch(JsonNode patch, JailView jail) {
        ObjectNode changes = fields(patch);
        List<Violation> violations = new ArrayList<>();
        refuseRemoval(changes, jail, violations);
        ReadOnlyFields.remove(changes, jail, json, violations);
        ObjectNode target = json.valueToTree(JailRequest.of(jail));
        merge(target, changes);
        if (changes.path("additionalAddresses").isNull()) {
            // A definition that says nothing of them leaves the jail those that it has.
            target.putArray("additionalAddresses");
        }
        try {
            JailRequest wanted = replacement(target, jail);
            if (violations.isEmpty()) {
                return wanted;
            }
        } catch (InvalidRequest invalid) {
            violations.addAll(invalid.violations());
        }
        throw new InvalidRequest(violations);
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

    private static ObjectNode fields(JsonNode body) {
        if (!(body instanceof ObjectNode object)) {
            throw new InvalidRequest("", "must be a JSON object");
        }
        return object.deepCopy();
    }

    private JailRequest read(ObjectNode fields, List<Violation> violations) {
        ObjectNode definition = fields.deepCopy();
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
        Optional<JailRequest.Owner> known = strict.read(owner, JailRequest.Owner.class, violations);
        Optional<DefinitionDraft> draft =
                strict.read(definition, DefinitionDraft.class, violations, "/policy/overrides", "/runDirectories");
        if (known.isEmpty() || draft.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return JailRequest.of(known.get(), draft.get());
    }

    /** Adds the violations of the values that could be read; a field that could not be read is not also missing. */
    private static List<Violation> withValues(List<Violation> violations, boolean isReadable, DefinitionDraft draft) {
        List<Violation> all = new ArrayList<>(violations);
        DraftCompletion.violations(draft).stream()
                .filter(value -> isReadable
                        || violations.stream()
                                .noneMatch(known -> TypedReading.isWithin(known.pointer(), value.pointer())
                                        || TypedReading.isWithin(value.pointer(), known.pointer())))
                .forEach(all::add);
        return all;
    }

    /** A null where the jail has a value would remove what cannot be removed. */
    private static void refuseRemoval(ObjectNode body, JailView jail, List<Violation> violations) {
        List<String> lasting = new ArrayList<>(List.of("customer", "host"));
        jail.externalId().ifPresent(_ -> lasting.add("externalId"));
        jail.plan().ifPresent(_ -> lasting.add("plan"));
        for (String name : lasting) {
            if (body.path(name).isNull()) {
                violations.add(new Violation("/" + name, "cannot be removed"));
                body.remove(name);
            }
        }
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
