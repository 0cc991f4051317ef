package dev.bailiwick.server.request;

import dev.bailiwick.jail.validation.InvalidValue;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.jdk.StringDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Rejects a text in JSON that has one half of a surrogate pair. UTF-8 cannot represent it, so another text would be stored, hashed
 * or sent on.
 */
@Component
class WellFormedText extends SimpleModule {

    private static final long serialVersionUID = 1L;

    WellFormedText() {
        addDeserializer(String.class, new Texts());
    }

    private static final class Texts extends StringDeserializer {

        private static final long serialVersionUID = 1L;

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context) {
            String text = super.deserialize(parser, context);
            if (text != null && text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
                throw new InvalidValue(
                        "must not contain a surrogate without its other half: UTF-8 cannot represent it");
            }
            return text;
        }
    }
}
