package dev.bailiwick.server.request;

import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;

/** Rejects an empty text in JSON where a number, a choice or an object belongs. It would count as absent, and so be ignored. */
@Component
class NoEmptyValues implements JsonMapperBuilderCustomizer {

    @Override
    public void customize(JsonMapper.Builder builder) {
        builder.withCoercionConfigDefaults(
                defaults -> defaults.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail));
    }
}
