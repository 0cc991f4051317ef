package dev.bailiwick.server.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * An operation of the API, as its description has it.
 *
 * @param query the parameters of the query
 * @param body the schema of the body, with its references resolved one level; empty if it takes none
 * @param type the content type of the body; empty if it takes none
 * @param answers by status, the types of problems
 */
record ApiOperation(
        String method,
        String path,
        List<Parameter> query,
        Optional<JsonNode> body,
        String type,
        Map<Integer, Set<String>> answers) {

    record Parameter(String name, JsonNode schema) {}

    ApiOperation {
        query = List.copyOf(query);
        answers = Map.copyOf(answers);
    }

    static List<ApiOperation> of(JsonNode description) {
        List<ApiOperation> operations = new ArrayList<>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> operations.add(
                                of(description, path.getKey(), operation.getKey(), operation.getValue()))));
        return operations;
    }

    private static ApiOperation of(JsonNode description, String path, String method, JsonNode operation) {
        List<Parameter> query = StreamSupport.stream(
                        operation.path("parameters").spliterator(), false)
                .filter(parameter -> parameter.get("in").asString().equals("query"))
                // An answer that follows a log has no end.
                .filter(parameter -> !parameter.get("name").asString().equals("follow"))
                .map(parameter -> new Parameter(parameter.get("name").asString(), parameter.path("schema")))
                .toList();
        var content = operation.at("/requestBody/content").properties().stream().findFirst();
        Map<Integer, Set<String>> answers = new TreeMap<>();
        operation.path("responses").properties().forEach(answer -> {
            if (answer.getKey().matches("\\d+")) {
                answers.put(
                        Integer.parseInt(answer.getKey()),
                        answer.getValue()
                                .path("x-problem-types")
                                .valueStream()
                                .map(JsonNode::asString)
                                .collect(Collectors.toSet()));
            }
        });
        return new ApiOperation(
                method.toUpperCase(Locale.ROOT),
                path,
                query,
                content.map(body -> resolved(description, body.getValue().path("schema"))),
                content.map(body -> body.getKey()).orElse(""),
                answers);
    }

    static JsonNode resolved(JsonNode description, JsonNode schema) {
        return schema.has("$ref") ? description.at(schema.get("$ref").asString().substring(1)) : schema;
    }
}
