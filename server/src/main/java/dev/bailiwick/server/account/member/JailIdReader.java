package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/** Reads the id of a jail; what a jail is knows nothing of JSON. */
final class JailIdReader extends StdScalarDeserializer<JailId> {

    JailIdReader() {
        super(JailId.class);
    }

    @Override
    public JailId deserialize(JsonParser parser, DeserializationContext context) {
        return JailId.parse(parser.getValueAsString(""));
    }
}
