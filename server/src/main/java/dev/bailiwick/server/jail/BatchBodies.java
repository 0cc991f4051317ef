package dev.bailiwick.server.jail;

import dev.bailiwick.server.problem.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads batches out of request bodies: a definition a line; a line without one is passed over. */
@Component
class BatchBodies {

    static final int MOST_LINES = 10_000;

    private final JsonMapper json;
    private final JailBodies bodies;

    BatchBodies(JsonMapper json, JailBodies bodies) {
        this.json = json;
        this.bodies = bodies;
    }

    /** @throws InvalidRequest if there is no definition, or more than 10,000 */
    List<BatchLine> read(byte[] body) {
        List<BatchLine> lines = new ArrayList<>();
        int number = 0;
        for (String text : new String(body, StandardCharsets.UTF_8).lines().toList()) {
            number++;
            if (!text.isBlank()) {
                if (lines.size() == MOST_LINES) {
                    throw new InvalidRequest("", "has more than " + MOST_LINES + " definitions");
                }
                lines.add(line(number, text));
            }
        }
        if (lines.isEmpty()) {
            throw new InvalidRequest("", "must have a definition on each line");
        }
        return lines;
    }

    private BatchLine line(int number, String text) {
        try {
            return new BatchLine.Legible(number, bodies.newJail(json.readTree(text)));
        } catch (InvalidRequest refusal) {
            return new BatchLine.Illegible(number, refusal);
        } catch (JacksonException syntax) {
            String place = "is not JSON: column " + syntax.getLocation().getColumnNr();
            return new BatchLine.Illegible(number, new InvalidRequest("", place));
        }
    }
}
