package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.rest.JailBodies;
import dev.bailiwick.server.jail.rest.StrictJson;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.problem.JsonFault;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The reader of request bodies that hold a batch. Each line is a definition or an action; an action has the field
 * {@code action}. Empty lines are skipped.
 */
@Component
public class BatchBodies {

    static final int MAX_LINES = 10_000;

    private final JsonMapper json;
    private final JailBodies bodies;
    private final StrictJson strict;

    public BatchBodies(JsonMapper json, JailBodies bodies, StrictJson strict) {
        this.json = json;
        this.bodies = bodies;
        this.strict = strict;
    }

    /**
     * An action, as a client requests it.
     *
     * @param id the id of the jail
     * @param action {@code start}, {@code stop}, {@code restart} or {@code remove}
     * @param files with {@code remove}: {@code keep}, the default, or {@code delete}
     */
    record ActionRequest(
            @Nullable String id,
            @Nullable String action,
            @Nullable String files) {}

    /** @throws InvalidRequest if the body is not UTF-8, has no line, or has more than 10,000 */
    public List<BatchLine> read(byte[] body) {
        List<BatchLine> lines = new ArrayList<>();
        int number = 0;
        Iterator<String> texts = text(body).lines().iterator();
        while (texts.hasNext()) {
            String text = texts.next();
            number++;
            if (!text.isBlank()) {
                if (lines.size() == MAX_LINES) {
                    throw new InvalidRequest("", "has more than " + MAX_LINES + " lines");
                }
                lines.add(line(number, text));
            }
        }
        if (lines.isEmpty()) {
            throw new InvalidRequest("", "must have a definition or an action on each line");
        }
        return lines;
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidRequest("", "is not UTF-8");
        }
    }

    private BatchLine line(int number, String text) {
        try {
            JsonNode line = json.readTree(text);
            return line.has("action")
                    ? action(number, strict.read(line, ActionRequest.class))
                    : new BatchLine.Legible(number, bodies.newJail(line));
        } catch (InvalidRequest refusal) {
            return new BatchLine.Illegible(number, refusal);
        } catch (JacksonException syntax) {
            String fault = JsonFault.of(syntax, place -> "column " + place.getColumnNr());
            return new BatchLine.Illegible(number, new InvalidRequest("", fault));
        }
    }

    private static BatchLine action(int number, ActionRequest wanted) {
        List<Violation> violations = new ArrayList<>();
        Optional<JailId> jail = jail(wanted, violations);
        Optional<JailAction> action = action(wanted, violations);
        if (wanted.files() != null && !"remove".equals(wanted.action())) {
            violations.add(new Violation("/files", "can be given only with the action 'remove'"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new BatchLine.Action(number, jail.orElseThrow(), action.orElseThrow());
    }

    private static Optional<JailId> jail(ActionRequest wanted, List<Violation> violations) {
        if (wanted.id() == null) {
            violations.add(new Violation("/id", "is required"));
            return Optional.empty();
        }
        try {
            return Optional.of(JailId.parse(wanted.id()));
        } catch (InvalidValue e) {
            violations.add(new Violation("/id", e.reason()));
            return Optional.empty();
        }
    }

    private static Optional<JailAction> action(ActionRequest wanted, List<Violation> violations) {
        return switch (String.valueOf(wanted.action())) {
            case "start" -> Optional.of(new JailAction.Start());
            case "stop" -> Optional.of(new JailAction.Stop());
            case "restart" -> Optional.of(new JailAction.Restart());
            case "remove" -> files(wanted, violations).map(JailAction.Remove::new);
            default -> {
                violations.add(new Violation("/action", "must be 'start', 'stop', 'restart' or 'remove'"));
                yield Optional.empty();
            }
        };
    }

    private static Optional<FilesFate> files(ActionRequest wanted, List<Violation> violations) {
        return switch (wanted.files() == null ? "keep" : wanted.files()) {
            case "keep" -> Optional.of(FilesFate.KEPT);
            case "delete" -> Optional.of(FilesFate.DELETED);
            default -> {
                violations.add(new Violation("/files", "must be 'keep' or 'delete'"));
                yield Optional.empty();
            }
        };
    }
}
