package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.Violation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * A body that is kept until it was read as a record: if it cannot be read, all of its wrong fields are named, not only the first.
 *
 * @param bytes limited before they are read here
 * @param reader of the type as which the body is read
 */
@SuppressWarnings("ArrayRecordComponent") // Bodies are never compared.
record KeptBody(byte[] bytes, HttpHeaders headers, ObjectReader reader) implements HttpInputMessage {

    @Override
    public InputStream getBody() {
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    /** Returns what is wrong with the fields of a body that is JSON, and not of its type. */
    List<Violation> violations() {
        List<Violation> violations = new ArrayList<>();
        JsonNode body = reader.readTree(bytes);
        TypedReading.read(reader, body, violations);
        return violations;
    }

    /** Keeps the bodies that are read as records. */
    @RestControllerAdvice
    static class Keeping extends RequestBodyAdviceAdapter {

        private final JsonMapper json;

        Keeping(JsonMapper json) {
            this.json = json;
        }

        @Override
        public boolean supports(
                MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
            return JacksonJsonHttpMessageConverter.class.isAssignableFrom(converter)
                    && type instanceof Class<?> known
                    && known.isRecord();
        }

        @Override
        public HttpInputMessage beforeBodyRead(
                HttpInputMessage body,
                MethodParameter parameter,
                Type type,
                Class<? extends HttpMessageConverter<?>> converter)
                throws IOException {
            byte[] bytes = body.getBody().readAllBytes();
            return new KeptBody(bytes, body.getHeaders(), json.readerFor((Class<?>) type));
        }
    }
}
