package dev.bailiwick.server.jail.page.form;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.convert.converter.GenericConverter;
import org.springframework.stereotype.Component;

/**
 * Reads the fields of one name as rows. Spring itself would divide a single one at its commas.
 */
@Component
class TextRowsConverter implements GenericConverter {

    @Override
    public Set<ConvertiblePair> getConvertibleTypes() {
        return Set.of(
                new ConvertiblePair(String.class, TextRows.class), new ConvertiblePair(String[].class, TextRows.class));
    }

    @Override
    public @Nullable Object convert(@Nullable Object source, TypeDescriptor sourceType, TypeDescriptor targetType) {
        return switch (source) {
            case String one -> new TextRows(List.of(one));
            case String[] several -> new TextRows(List.of(several));
            case null, default -> TextRows.NONE;
        };
    }
}
