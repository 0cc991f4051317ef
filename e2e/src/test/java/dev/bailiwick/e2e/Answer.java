package dev.bailiwick.e2e;

import java.net.http.HttpResponse;
import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An answer of the API. */
record Answer(int status, String contentType, String body) {

    static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** The problem document of an answer (RFC 9457). */
    record Problem(String type, String title, int status, String detail, List<Fault> errors) {
        Problem {
            errors = errors == null ? List.of() : List.copyOf(errors);
        }

        List<String> pointers() {
            return errors.stream().map(Fault::pointer).toList();
        }
    }

    record Fault(String pointer, String message) {}

    static Answer of(HttpResponse<String> response) {
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body());
    }

    boolean isSuccess() {
        return status / 100 == 2;
    }

    Answer requireSuccess() {
        if (!isSuccess()) {
            throw new AssertionError("answered " + status + ": " + body);
        }
        return this;
    }

    JsonNode json() {
        return JSON.readTree(requireSuccess().body);
    }

    String text(String field) {
        return json().get(field).asString();
    }

    Jail jail() {
        return JSON.readValue(requireSuccess().body, Jail.class);
    }

    Problem problem() {
        if (isSuccess() || !contentType.startsWith("application/problem+json")) {
            throw new AssertionError("not a problem document: " + status + " " + contentType + ": " + body);
        }
        return JSON.readValue(body, Problem.class);
    }
}
